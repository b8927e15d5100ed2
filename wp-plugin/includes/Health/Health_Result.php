<?php
/**
 * What one of the Site Health tests found, in WordPress' own shape and with what to do.
 */

declare(strict_types=1);

namespace Aiguy\Health;

final class Health_Result {

	/**
	 * @param string                       $test   Its name in Site_Health.
	 * @param 'good'|'recommended'|'critical' $status
	 * @param string                       $found  A short heading.
	 * @param string                       $advice What it means, and what to do.
	 */
	public function __construct( private readonly string $test, private readonly string $status, private readonly string $found, private readonly string $advice ) {}

	/** @return array<string, mixed> As WP_Site_Health expects it. */
	public function fields(): array {
		$link = match ( $this->test ) {
			'mails', 'cron' => '',
			'budget'        => self::link( 'aiguy-agents', __( 'The limits of AIGuy’s agents', 'aiguy' ) ),
			default         => self::link( 'aiguy-connection', __( 'AIGuy’s connection', 'aiguy' ) ),
		};
		return array(
			'label'       => $this->found,
			'status'      => $this->status,
			'badge'       => array( 'label' => __( 'AIGuy', 'aiguy' ), 'color' => 'blue' ),
			'description' => '<p>' . esc_html( $this->advice ) . '</p>',
			'actions'     => 'good' === $this->status ? '' : $link,
			'test'        => 'aiguy_' . $this->test,
		);
	}

	private static function link( string $page, string $text ): string {
		return '<p><a href="' . esc_url( admin_url( "admin.php?page=$page" ) ) . '">' . esc_html( $text ) . '</a></p>';
	}
}
