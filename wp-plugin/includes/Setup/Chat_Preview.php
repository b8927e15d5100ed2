<?php
/**
 * The chat in the site's own theme as visitors will see it, on a page that only the owner can open.
 */

declare(strict_types=1);

namespace Aiguy\Setup;

use Aiguy\Staff\Capabilities;
use Aiguy\Widget\Widget_Renderer;

final class Chat_Preview {

	private const PARAMETER = 'aiguy_preview';
	private const ACTION    = 'aiguy-preview';

	public function __construct( private readonly Widget_Renderer $renderer ) {}

	public function add_hooks(): void {
		// Before the admin bar is made at 0.
		add_action( 'template_redirect', $this->show( ... ), -1 );
	}

	public function url(): string {
		return add_query_arg( array( self::PARAMETER => '1', '_wpnonce' => wp_create_nonce( self::ACTION ) ), home_url( '/' ) );
	}

	private function show(): void {
		if ( ! isset( $_GET[ self::PARAMETER ] ) ) {
			return;
		}
		$nonce = sanitize_text_field( wp_unslash( $_GET['_wpnonce'] ?? '' ) );
		if ( ! current_user_can( Capabilities::MANAGE ) || ! wp_verify_nonce( $nonce, self::ACTION ) ) {
			wp_die( esc_html__( 'This preview is for who manages the site, and ends after a day. Open it again from the set-up.', 'aiguy' ), 403 );
		}
		nocache_headers();
		add_filter( 'show_admin_bar', '__return_false' );
		add_filter( 'wp_robots', 'wp_robots_no_robots' );
		echo '<!doctype html><html ';
		language_attributes();
		echo '><head><meta charset="' . esc_attr( get_bloginfo( 'charset' ) ) . '"><meta name="viewport" content="width=device-width, initial-scale=1"><title>' . esc_html__( 'Preview of the chat', 'aiguy' ) . '</title>';
		wp_head();
		echo '</head><body style="padding:1rem;margin:0">';
		$this->renderer->print( array( 'position' => 'inline' ) );
		wp_footer();
		echo '</body></html>';
		exit;
	}
}
