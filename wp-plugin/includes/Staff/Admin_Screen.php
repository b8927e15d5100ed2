<?php
/**
 * One screen of the menu AIGuy.
 */

declare(strict_types=1);

namespace Aiguy\Staff;

final class Admin_Screen {

	/**
	 * @param string                                $name       Of its script in build/admin.
	 * @param string                                $title      In the menu and as the heading.
	 * @param string                                $capability One of Capabilities.
	 * @param null|\Closure(): array<string, mixed> $data       What the script knows before it asks anything; window.aiguyAdmin.
	 * @param null|\Closure(): int                  $waiting    How much waits there for somebody; shown in the menu.
	 */
	public function __construct( public readonly string $name, public readonly string $title, public readonly string $capability, private readonly ?\Closure $data = null, private readonly ?\Closure $waiting = null ) {}

	public function slug(): string {
		return 'aiguy-' . $this->name;
	}

	/** How much waits there for somebody. */
	public function waiting(): int {
		return null === $this->waiting ? 0 : ( $this->waiting )();
	}

	/** A title of a menu as HTML, with what waits as core marks it in its own menus. */
	public static function menu_title( string $title, int $count ): string {
		/* translators: %d: number of visitors. */
		$words = sprintf( _n( '%d visitor waits', '%d visitors wait', $count, 'aiguy' ), $count );
		return esc_html( $title ) . ( $count > 0 ? sprintf( ' <span class="awaiting-mod count-%1$d"><span class="pending-count" aria-hidden="true">%1$d</span><span class="screen-reader-text">%2$s</span></span>', $count, esc_html( $words ) ) : '' );
	}

	/** @return array<string, mixed> */
	public function data(): array {
		return array(
			'adminUrl' => admin_url( 'admin.php' ),
			'locale'   => str_replace( '_', '-', determine_locale() ),
			'timeZone' => wp_timezone_string(),
			'may'      => array(
				'manage' => current_user_can( Capabilities::MANAGE ),
				'reply'  => current_user_can( Capabilities::REPLY ),
			),
		) + ( null === $this->data ? array() : ( $this->data )() );
	}
}
