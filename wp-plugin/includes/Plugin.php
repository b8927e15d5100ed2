<?php
/**
 * Composition root: builds each object once and lets it add its hooks, in order.
 */

declare(strict_types=1);

namespace Aiguy;

final class Plugin {

	public const VERSION = '0.1.0';

	public function __construct( private readonly string $file ) {}

	public function start(): void {
		$settings = new Settings\Settings();
		$key      = new Session\Signing_Key();
		$visitors = new Session\Visitor_Resolver();
		$signer   = new Session\Assertion_Signer( $key->current( ... ), $settings->issuer( ... ), $visitors->scopes( ... ) );
		// The sites of a network share their salts; a session belongs to one site.
		$cookie   = new Session\Session_Cookie( static fn(): string => get_current_blog_id() . wp_salt( 'auth' ), $visitors->current( ... ) );
		$guard    = new Rest\Request_Guard( static fn(): array => array( home_url(), site_url() ) );
		$errors   = new Rest\Error_Response();
		$client   = new Chat\Orchestrator_Client( $settings, $signer );
		$assets   = new Widget\Widget_Assets( $this->file );
		$door     = new Rest\Ajax_Door( $errors );
		$renderer = new Widget\Widget_Renderer( $assets, $settings, $door );

		$staff    = new Staff\Staff_Client( $key->current( ... ), $settings );
		$route    = new Staff\Staff_Route( $errors );

		register_activation_hook( $this->file, $key->ensure( ... ) );

		( new Rest\Response_Filter( $errors ) )->add_hooks();
		$door->add_hooks();
		( new Session\Session_Controller( $settings, $visitors, $signer, $cookie, $guard, $errors ) )->add_hooks();
		( new Session\Jwks_Controller( $key, $errors ) )->add_hooks();
		( new Chat\Chat_Controller( $client, new Chat\Interrupt_Requests( $client, $guard ), new Chat\Stream_Relay( $errors ), new Chat\Relay_Places(), $cookie, $guard, $errors ) )->add_hooks();
		( new Chat\Suggestions_Controller( $client, $settings, $cookie, $guard, $errors ) )->add_hooks();
		$assets->add_hooks();
		( new Widget\Shortcode( $renderer ) )->add_hooks();
		( new Widget\Widget_Block( $this->file, $renderer ) )->add_hooks();
		( new Settings\Connection_Controller( $client, $key ) )->add_hooks();
		( new Settings\Key_Controller( $key ) )->add_hooks();
		( new Settings\Settings_Page( $this->file, $settings, $key ) )->add_hooks();
		( new Staff\Capabilities() )->add_hooks();
		( new Staff\Site_Controller( $staff, $route ) )->add_hooks();
		( new Staff\Admin_Screens( $this->file, $this->screens( ... ) ) )->add_hooks();
	}

	/** @return list<Staff\Admin_Screen> The menu AIGuy, in its order. */
	private function screens(): array {
		return array(
			new Staff\Admin_Screen( 'overview', __( 'Overview', 'aiguy' ), Staff\Capabilities::VIEW ),
		);
	}
}
