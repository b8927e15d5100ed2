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
		$agents   = new Settings\Agents();
		( new Settings\Fixed_Options() )->add_hooks();
		$network  = new Session\Visitor_Network( static fn(): string => get_current_blog_id() . wp_salt( 'auth' ), $settings->trusted_proxies( ... ) );
		$own_urls = static fn(): array => array( home_url(), site_url() );
		$pins     = new Abilities\Pinned_Abilities();
		$signer   = new Session\Assertion_Signer( $key->current( ... ), $settings->issuer( ... ), $visitors->scopes( ... ), static fn( string $id ): array => $agents->claim( $id ) + $pins->claim(), $network->claim( ... ), static fn(): array => ( new Session\Visitor_Client( $own_urls ) )->claim() + Session\Page_Language::claim() + Session\Site_Clock::claim() );
		// The sites of a network share their salts; a session belongs to one site.
		$cookie   = new Session\Session_Cookie( static fn(): string => get_current_blog_id() . wp_salt( 'auth' ), $visitors->current( ... ) );
		$guard    = new Rest\Request_Guard( $own_urls );
		$errors   = new Rest\Error_Response();
		$client   = new Chat\Orchestrator_Client( $settings, $signer );
		$call     = new Chat\Orchestrator_Call( $client );
		$own      = new Chat\Visitor_Route( $cookie, $guard, $errors );
		$rows     = new Storage\Kept_Rows( static fn(): string => wp_salt( 'auth' ) );
		$counts   = new Storage\Kept_Counts( $rows );
		$unsent   = new Transcript\Unsent_Mails( $this->file, $rows, new Storage\Work_Lock( 'aiguy_mails_lock' ) );
		$assets   = new Widget\Widget_Assets( $this->file );
		$door     = new Rest\Ajax_Door( $errors );
		$receipts = new Receipts\Receipt_Page( $settings, $door, $counts, $network->address( ... ) );
		$renderer = new Widget\Widget_Renderer( $assets, $settings, $agents, $door );

		$staff    = new Staff\Staff_Client( $key->current( ... ), $settings );
		$route    = new Staff\Staff_Route( $errors );
		$alerts   = new Inbox\Alert_Settings();

		( new Languages( plugin_dir_path( $this->file ) . 'languages/' ) )->add_hooks();
		$identity = new Settings\Site_Identity( $settings, $key );
		$setup    = new Setup\Setup_State();
		$choice   = new Knowledge\Choice();
		$redirect = new Setup\Setup_Redirect( $settings );
		$preview  = new Setup\Chat_Preview( $renderer );
		$connection = new Settings\Connection_Controller( $client, $key, $staff );
		$health   = new Health\Site_Health( new Health\Health_Checks( new Health\Loopback(), $connection, $unsent ), new Health\Budget_Check( $staff, $agents ), $settings, $identity, $agents, $setup, $choice );

		register_activation_hook( $this->file, $key->ensure( ... ) );
		register_activation_hook( $this->file, $redirect->remember( ... ) );

		( new Rest\Response_Filter( $errors ) )->add_hooks();
		$door->add_hooks();
		( new Session\Session_Controller( $settings, $call, $visitors, $signer, $cookie, $guard, $errors ) )->add_hooks();
		( new Session\Jwks_Controller( $key, $errors ) )->add_hooks();
		( new Chat\Chat_Controller( $client, new Chat\Interrupt_Requests( $client, $guard, $receipts->address( ... ) ), new Chat\Visitor_Requests( $client, $guard ), new Chat\Stream_Relay( $errors ), new Chat\Relay_Places(), $own, $guard ) )->add_hooks();
		$receipts->add_hooks();
		( new Transcript\Transcript_Controller( $call, new Transcript\Mail_Codes( $rows ), new Transcript\Mail_Limits( $counts, $network->address( ... ) ), $unsent, $own, $guard ) )->add_hooks();
		$unsent->add_hooks();
		( new Chat\Suggestions_Controller( $client, $settings, $own, $guard ) )->add_hooks();
		$assets->add_hooks();
		( new Widget\Eager_Launcher( $assets ) )->add_hooks();
		( new Widget\Shortcode( $renderer ) )->add_hooks();
		( new Widget\Widget_Block( $this->file, $renderer, $agents ) )->add_hooks();
		( new Widget\Template_Function( $this->file, $renderer ) )->add_hooks();
		$connection->add_hooks();
		( new Settings\Key_Controller( $key ) )->add_hooks();
		( new Settings\Settings_Page( $this->file, $settings, $identity, $setup->is_finished( ... ) ) )->add_hooks();
		( new Settings\Agents_Controller( $agents, $guard, $route ) )->add_hooks();
		( new Settings\Own_Texts( $agents ) )->add_hooks();
		$redirect->add_hooks();
		$health->add_hooks();
		( new Health\Health_Controller( $health, $staff, new Chat\Stream_Relay( $errors ), $route ) )->add_hooks();
		$preview->add_hooks();
		( new Widget\Site_Wide_Chat( $agents, $renderer ) )->add_hooks();
		( new Staff\Capabilities() )->add_hooks();
		( new Staff\Site_Controller( $staff, $route ) )->add_hooks();
		( new Inbox\Handoff_Controller( $client, $own, $guard, $agents ) )->add_hooks();
		( new Inbox\Conversations_Controller( $staff, $route, $guard ) )->add_hooks();
		( new Inbox\Questions_Controller( $staff, $route, $guard, $choice ) )->add_hooks();
		( new Inbox\Tickets_Controller( $staff, $route, $guard ) )->add_hooks();
		( new Inbox\Alert_Settings_Controller( $alerts, new Inbox\Alert_Sender( $alerts ), $route, $guard ) )->add_hooks();
		( new Inbox\Alert_Watch( $this->file, $staff, $settings, $alerts, new Inbox\Alert_Sender( $alerts ), new Storage\Work_Lock( 'aiguy_alerts_lock' ) ) )->add_hooks();
		$recipients = new Reports\Weekly_Recipients();
		$weekly     = new Reports\Weekly_Mail( $staff, $recipients );
		$weekly->add_hooks();
		( new Reports\Reports_Controller( $staff, $recipients, $weekly, $guard, $agents, $route ) )->add_hooks();
		$personal = new Privacy\Personal_Data( $staff, $unsent );
		if ( defined( 'WP_CLI' ) && WP_CLI ) {
			// Before the commands below it.
			\WP_CLI::add_command( 'aiguy', new Cli\Command( $settings, $key, $connection, $staff, $personal, $unsent, new Knowledge\Knowledge_Table() ) );
			\WP_CLI::add_command( 'aiguy key', new Cli\Key_Command( $key ) );
		}
		$schedule = $this->start_knowledge( $choice, $agents, $staff, $route, $guard );
		( new Setup\Setup_Controller( $setup, $settings, $identity, new Setup\Site_Pairing( $settings, $identity, $key ), new Setup\Chat_Publisher( $setup, $agents ), $preview, $agents, $choice, $schedule, $alerts, $guard, $route ) )->add_hooks();
		( new Privacy\Privacy_Tools( $personal, $settings, $agents ) )->add_hooks();
		( new Privacy\Deleted_Users( $personal, $settings ) )->add_hooks();
		( new Abilities\Site_Abilities( $staff, $client ) )->add_hooks();
		( new Abilities\Abilities_Controller( $pins, $guard, $route ) )->add_hooks();
		( new Abilities\Run_Controller( $pins, new Session\Assertion_Reader( $key->public_keys( ... ), $settings->issuer( ... ) ), $guard, $counts, $errors ) )->add_hooks();
		( new Woo\Compatibility( $this->file ) )->add_hooks();
		( new Staff\Admin_Screens( $this->file, fn(): array => $this->screens( $setup, $alerts ) ) )->add_hooks();
	}

	/** What the agent learns of the site, and when. */
	private function start_knowledge( Knowledge\Choice $choice, Settings\Agents $agents, Staff\Staff_Client $staff, Staff\Staff_Route $route, Rest\Request_Guard $guard ): Knowledge\Knowledge_Schedule {
		$table       = new Knowledge\Knowledge_Table();
		$eligibility = new Knowledge\Eligibility( $choice );
		$worker      = new Knowledge\Knowledge_Worker( $table, new Storage\Work_Lock( 'aiguy_knowledge_lock' ), $eligibility, new Knowledge\Document_Renderer(), $staff );
		$site        = new Knowledge\Whole_Site( $table, $eligibility );
		$schedule    = new Knowledge\Knowledge_Schedule( $worker, $table, $site );
		$watcher     = new Knowledge\Post_Watcher( $table, $eligibility, $schedule );
		register_deactivation_hook( $this->file, $schedule->stop( ... ) );
		$schedule->add_hooks();
		$watcher->add_hooks();
		( new Knowledge\Exclude_Controls( $choice, $table, $watcher ) )->add_hooks();
		( new Knowledge\Knowledge_Controller( $route, $guard, $staff, $choice, $table, $site, $worker, $schedule, $watcher, $agents ) )->add_hooks();
		if ( defined( 'WP_CLI' ) && WP_CLI ) {
			\WP_CLI::add_command( 'aiguy sync', new Cli\Sync_Command( $table, $site, $worker, $schedule ) );
		}
		return $schedule;
	}

	/** @return list<Staff\Admin_Screen> The menu AIGuy, in its order. */
	private function screens( Setup\Setup_State $setup, Inbox\Alert_Settings $alerts ): array {
		return array(
			new Staff\Admin_Screen( 'overview', __( 'Overview', 'aiguy' ), Staff\Capabilities::VIEW, static fn(): array => array( 'isAnybodyAlerted' => $alerts->is_any() ) ),
			new Staff\Admin_Screen( 'conversations', __( 'Conversations', 'aiguy' ), Staff\Capabilities::VIEW, Inbox\Conversations_Controller::screen_data( ... ), Inbox\Waiting::count( ... ) ),
			new Staff\Admin_Screen( 'reports', __( 'Reports', 'aiguy' ), Staff\Capabilities::VIEW ),
			new Staff\Admin_Screen( 'knowledge', __( 'Knowledge', 'aiguy' ), Staff\Capabilities::MANAGE ),
			...( $setup->is_finished() ? array() : array( new Staff\Admin_Screen( 'setup', __( 'Set-up', 'aiguy' ), Staff\Capabilities::MANAGE ) ) ),
			new Staff\Admin_Screen(
				'agents',
				__( 'Agents', 'aiguy' ),
				Staff\Capabilities::MANAGE,
				static function (): array {
					// For choosing a picture.
					wp_enqueue_media();
					return array();
				}
			),
			new Staff\Admin_Screen( 'abilities', __( 'Abilities', 'aiguy' ), Staff\Capabilities::MANAGE ),
		);
	}
}
