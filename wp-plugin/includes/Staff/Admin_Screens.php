<?php
/**
 * The menu AIGuy in wp-admin and its screens. Each is an element that its script, build/admin/<name>.js, fills; nothing of a visitor's is ever in the page itself.
 */

declare(strict_types=1);

namespace Aiguy\Staff;

use Aiguy\Settings\Settings_Page;

final class Admin_Screens {

	public const PARENT = 'aiguy-overview';

	/** @param \Closure(): list<Admin_Screen> $screens In the order of the menu; the first is what the menu itself opens. */
	public function __construct( private readonly string $file, private readonly \Closure $screens ) {}

	public function add_hooks(): void {
		add_action( 'admin_menu', $this->add( ... ) );
		add_action( 'admin_enqueue_scripts', $this->enqueue( ... ) );
	}

	private function add(): void {
		$waiting = array_sum( array_map( static fn( Admin_Screen $screen ): int => $screen->waiting(), ( $this->screens )() ) );
		add_menu_page( __( 'AIGuy', 'aiguy' ), Admin_Screen::menu_title( __( 'AIGuy', 'aiguy' ), $waiting ), Capabilities::VIEW, self::PARENT, '', 'dashicons-format-chat', 58 );
		// Core makes the names of the screens' hooks of the title, which must not change with what waits.
		$GLOBALS['admin_page_hooks'][ self::PARENT ] = 'aiguy';
		foreach ( ( $this->screens )() as $screen ) {
			add_submenu_page( self::PARENT, $screen->title, Admin_Screen::menu_title( $screen->title, $screen->waiting() ), $screen->capability, $screen->slug(), fn() => $this->render( $screen ) );
		}
	}

	private function render( Admin_Screen $screen ): void {
		printf(
			'<div class="wrap"><h1>%s</h1><div id="aiguy-admin" data-screen="%s"><p>%s</p></div></div>',
			esc_html( $screen->title ),
			esc_attr( $screen->name ),
			is_readable( $this->path( $screen ) . '.asset.php' ) ? esc_html__( 'Loading …', 'aiguy' ) : esc_html__( 'The files of this screen are missing. Install the plugin from its zip, or build it.', 'aiguy' )
		);
	}

	private function enqueue( string $hook ): void {
		foreach ( ( $this->screens )() as $screen ) {
			$asset = $this->path( $screen ) . '.asset.php';
			if ( ! str_ends_with( $hook, '_page_' . $screen->slug() ) || ! is_readable( $asset ) ) {
				continue;
			}
			$built  = require $asset;
			$handle = 'aiguy-admin-' . $screen->name;
			$url    = plugins_url( 'build/admin/' . $screen->name, $this->file );
			wp_enqueue_script( $handle, "$url.js", $built['dependencies'], $built['version'], true );
			wp_set_script_translations( $handle, 'aiguy', plugin_dir_path( $this->file ) . 'languages' );
			wp_add_inline_script( $handle, 'window.aiguyAdmin = ' . wp_json_encode( $screen->data() + array( 'connect' => $this->connect() ) ) . ';', 'before' );
			wp_enqueue_style( $handle, "$url.css", array( 'wp-components' ), $built['version'] );
		}
	}

	/** @return array{setUp: string, test: string} A finished set-up is no screen any more; the page Connection begins it again. */
	private function connect(): array {
		$test    = admin_url( 'admin.php?page=' . Settings_Page::SLUG );
		$is_open = in_array( 'setup', array_column( ( $this->screens )(), 'name' ), true );
		return array( 'setUp' => $is_open ? admin_url( 'admin.php?page=aiguy-setup' ) : $test, 'test' => $test );
	}

	private function path( Admin_Screen $screen ): string {
		return plugin_dir_path( $this->file ) . 'build/admin/' . $screen->name;
	}
}
