<?php
/**
 * AIGuy → Connection: where the chat service (the orchestrator) is, what to tell it about this site, and a test of the connection. How an agent looks and greets is the screen Agents'.
 */

declare(strict_types=1);

namespace Aiguy\Settings;

use Aiguy\Plugin;
use Aiguy\Staff\Admin_Screens;
use Aiguy\Staff\Capabilities;

final class Settings_Page {

	public const SLUG = 'aiguy-connection';

	/** @param \Closure(): bool $is_set_up Whether the set-up was finished. */
	public function __construct( private readonly string $file, private readonly Settings $settings, private readonly Site_Identity $identity, private readonly \Closure $is_set_up ) {}

	public function add_hooks(): void {
		// After the screens before it in the menu.
		add_action( 'admin_menu', $this->add_page( ... ), 20 );
		add_action( 'admin_init', $this->register( ... ) );
		add_action( 'admin_enqueue_scripts', $this->enqueue( ... ) );
		add_filter( 'plugin_action_links_' . plugin_basename( $this->file ), $this->link( ... ) );
	}

	private function add_page(): void {
		add_submenu_page( Admin_Screens::PARENT, __( 'Connection', 'aiguy' ), __( 'Connection', 'aiguy' ), 'manage_options', self::SLUG, $this->render( ... ) );
	}

	/** @param list<string> $links */
	private function link( array $links ): array {
		return array( '<a href="' . esc_url( admin_url( 'admin.php?page=' . self::SLUG ) ) . '">' . esc_html__( 'Settings', 'aiguy' ) . '</a>', ...$links );
	}

	private function register(): void {
		register_setting( self::SLUG, Settings::OPTION, array( 'type' => 'array', 'sanitize_callback' => $this->sanitize( ... ) ) );
		add_settings_section( 'connection', __( 'Connection', 'aiguy' ), '__return_null', self::SLUG );
		add_settings_section( 'chat', __( 'Chat', 'aiguy' ), '__return_null', self::SLUG );
		$this->field( 'connection', 'orchestrator_url', __( 'Address of the chat service', 'aiguy' ), __( 'As this server reaches it, such as https://chat.example.com.', 'aiguy' ), 'AIGUY_ORCHESTRATOR_URL' );
		$this->field( 'connection', 'public_orchestrator_url', __( 'Public address', 'aiguy' ), __( 'As browsers reach it, with https://; needed for the direct connection only.', 'aiguy' ), 'AIGUY_PUBLIC_ORCHESTRATOR_URL' );
		$this->field( 'connection', 'trusted_proxies', __( 'Trusted proxies', 'aiguy' ), __( 'Addresses or ranges of proxies in front of this server, such as 10.0.0.0/8, separated by commas. They are believed where a visitor comes from; leave it empty without a proxy.', 'aiguy' ), 'AIGUY_TRUSTED_PROXIES' );
		add_settings_field( 'transport', __( 'How the chat connects', 'aiguy' ), $this->render_transport( ... ), self::SLUG, 'connection', array( 'label_for' => 'aiguy-transport' ) );
		add_settings_field( 'suggest_articles', __( 'Suggest articles while typing', 'aiguy' ), $this->render_suggest_articles( ... ), self::SLUG, 'chat', array( 'label_for' => 'aiguy-suggest_articles' ) );
		add_settings_section( 'data', __( 'Data', 'aiguy' ), '__return_null', self::SLUG );
		add_settings_field( 'keep_data', __( 'Keep the data when the plugin is deleted', 'aiguy' ), self::render_keep_data( ... ), self::SLUG, 'data', array( 'label_for' => 'aiguy-keep_data' ) );
	}

	private function render_suggest_articles(): void {
		self::render_checkbox( 'suggest_articles', $this->settings->suggest_articles(), __( 'Shows articles of the help centre beside the text box. What a visitor is typing is then searched for before it is sent; it is not stored.', 'aiguy' ) );
	}

	private static function render_keep_data(): void {
		self::render_checkbox( 'keep_data', Settings::keeps_data(), __( 'Settings, agents, the site’s key and what was chosen to learn from are there again when you install it once more. Otherwise deleting the plugin deletes them. Conversations are kept by the orchestrator, for as long as each agent says.', 'aiguy' ) );
	}

	private static function render_checkbox( string $name, bool $is_on, string $description ): void {
		printf(
			'<input type="hidden" name="%1$s[%2$s]" value="0"><input type="checkbox" id="aiguy-%2$s" name="%1$s[%2$s]" value="1" aria-describedby="aiguy-%2$s-help" %3$s><p class="description" id="aiguy-%2$s-help">%4$s</p>',
			esc_attr( Settings::OPTION ),
			esc_attr( $name ),
			checked( $is_on, true, false ),
			esc_html( $description )
		);
	}

	private function field( string $section, string $name, string $label, string $description, string $constant = '' ): void {
		$render = function () use ( $name, $description, $constant ): void {
			$fixed = '' !== $constant && defined( $constant );
			$value = $fixed ? (string) constant( $constant ) : (string) ( ( (array) get_option( Settings::OPTION ) )[ $name ] ?? '' );
			printf(
				'<input class="regular-text" type="text" id="aiguy-%1$s" name="%2$s[%1$s]" value="%3$s" aria-describedby="aiguy-%1$s-help" %4$s><p class="description" id="aiguy-%1$s-help">%5$s</p>',
				esc_attr( $name ),
				esc_attr( Settings::OPTION ),
				esc_attr( $value ),
				disabled( $fixed, true, false ),
				/* translators: %s: name of a constant. */
				esc_html( $fixed ? sprintf( __( 'Set by the constant %s.', 'aiguy' ), $constant ) : $description )
			);
		};
		add_settings_field( $name, $label, $render, self::SLUG, $section, array( 'label_for' => "aiguy-$name" ) );
	}

	private function render_transport(): void {
		printf( '<select id="aiguy-transport" name="%s[transport]">', esc_attr( Settings::OPTION ) );
		$options = array(
			'relay'  => __( 'Through this site (works everywhere)', 'aiguy' ),
			'direct' => __( 'Straight from the browser (less work for this server)', 'aiguy' ),
		);
		foreach ( $options as $value => $label ) {
			printf( '<option value="%s" %s>%s</option>', esc_attr( $value ), selected( $this->settings->transport(), $value, false ), esc_html( $label ) );
		}
		echo '</select>';
	}

	/**
	 * @param mixed $input What the form sent.
	 * @return array<string, string>
	 */
	private function sanitize( mixed $input ): array {
		$input = is_array( $input ) ? $input : array();
		$text  = static fn( string $name ): string => is_string( $input[ $name ] ?? null ) ? trim( $input[ $name ] ) : '';
		$clean = array();
		foreach ( array( 'orchestrator_url', 'public_orchestrator_url' ) as $name ) {
			$clean[ $name ] = Settings::clean_url( $text( $name ) );
			if ( null === $clean[ $name ] ) {
				$clean[ $name ] = (string) ( ( (array) get_option( Settings::OPTION ) )[ $name ] ?? '' );
				add_settings_error( Settings::OPTION, $name, __( 'The address must begin with http:// or https:// and have no user name, question mark or #. The earlier one was kept.', 'aiguy' ) );
			}
		}
		$clean['transport'] = 'direct' === $text( 'transport' ) ? 'direct' : 'relay';
		if ( 'direct' === $clean['transport'] && '' === $clean['public_orchestrator_url'] && ! defined( 'AIGUY_PUBLIC_ORCHESTRATOR_URL' ) ) {
			add_settings_error( Settings::OPTION, 'transport', __( 'The direct connection needs the public address; until then the chat goes through this site.', 'aiguy' ), 'warning' );
		}
		$clean['trusted_proxies']  = self::clean_ranges( $text( 'trusted_proxies' ) );
		$clean['suggest_articles'] = '0' === ( $input['suggest_articles'] ?? '1' ) ? '0' : '1';
		$clean['keep_data']        = '1' === ( $input['keep_data'] ?? '0' ) ? '1' : '0';
		return $clean;
	}

	/** Addresses and CIDR ranges alone, separated by commas; what is none is left out, and said. */
	private static function clean_ranges( string $text ): string {
		$ranges = array_slice( (array) preg_split( '/[\s,]+/', $text, -1, PREG_SPLIT_NO_EMPTY ), 0, 50 );
		$valid  = array_filter( $ranges, static fn( string $range ): bool => 1 === preg_match( '#\A([0-9a-f:.]+)(/\d{1,3})?\z#i', $range, $parts ) && false !== filter_var( $parts[1], FILTER_VALIDATE_IP ) );
		if ( count( $valid ) < count( $ranges ) ) {
			add_settings_error( Settings::OPTION, 'trusted_proxies', __( 'Trusted proxies must be IP addresses or ranges such as 10.0.0.0/8. What was none is left out.', 'aiguy' ) );
		}
		return implode( ', ', $valid );
	}

	private function enqueue( string $screen ): void {
		if ( ! str_ends_with( $screen, '_page_' . self::SLUG ) ) {
			return;
		}
		wp_enqueue_script( 'aiguy-settings', plugins_url( 'assets/settings.js', $this->file ), array( 'wp-api-fetch', 'wp-i18n' ), Plugin::VERSION, true );
		wp_set_script_translations( 'aiguy-settings', 'aiguy' );
	}

	private function render(): void {
		echo '<div class="wrap"><h1>' . esc_html__( 'Connection', 'aiguy' ) . '</h1>';
		// Outside the pages of Settings, WordPress does not show them by itself.
		settings_errors();
		echo '<form method="post" action="options.php">';
		settings_fields( self::SLUG );
		do_settings_sections( self::SLUG );
		submit_button();
		echo '</form><h2>' . esc_html__( 'Test the connection', 'aiguy' ) . '</h2><p>' . esc_html__( 'Tries the saved address the way a visitor’s message would.', 'aiguy' ) . '</p>';
		self::render_action( 'admin/connection', __( 'Test the connection', 'aiguy' ) );
		$this->render_set_up();
		$this->render_identity();
		echo '<p>' . esc_html__( 'Put the chat on a page with the shortcode [aiguy_chat] or the block «AIGuy chat».', 'aiguy' ) . '</p></div>';
	}

	private function render_set_up(): void {
		if ( ! current_user_can( Capabilities::MANAGE ) ) {
			return;
		}
		$url = admin_url( 'admin.php?page=aiguy-setup' );
		echo '<h2>' . esc_html__( 'Set-up', 'aiguy' ) . '</h2>';
		if ( ! ( $this->is_set_up )() ) {
			printf( '<p><a class="button" href="%s">%s</a></p>', esc_url( $url ), esc_html__( 'Go on with the set-up', 'aiguy' ) );
			return;
		}
		echo '<p>' . esc_html__( 'Leads you through the steps again, from the address to the published chat. Each begins with what is set now, and nothing changes until you save it there.', 'aiguy' ) . '</p>';
		self::render_action( 'admin/setup', __( 'Run the set-up again', 'aiguy' ), array( 'method' => 'PUT', 'body' => (string) wp_json_encode( array( 'step' => 'connection', 'finished' => false ) ), 'then' => $url ) );
	}

	/** What the services must know of this site. */
	private function render_identity(): void {
		$rows = array(
			__( 'Signs as', 'aiguy' )           => $this->identity->issuer(),
			__( 'Key address', 'aiguy' )        => $this->identity->jwks_uri(),
			__( 'Key id', 'aiguy' )             => $this->identity->key_id(),
			__( 'Entry to be copied', 'aiguy' ) => $this->identity->entry(),
		);
		/* translators: %s: name of a setting. */
		$where = sprintf( __( 'Pairing in the set-up does this by itself. By hand: whoever runs the chat service copies the entry into the setting %s of both its parts.', 'aiguy' ), '<code>TRUSTED_ISSUERS</code>' );
		echo '<h2>' . esc_html__( 'For the chat service', 'aiguy' ) . '</h2><p>' . wp_kses( $where, array( 'code' => array() ) ) . '</p><table class="form-table"><tbody>';
		foreach ( $rows as $label => $value ) {
			printf( '<tr><th scope="row">%s</th><td style="overflow-wrap:anywhere"><code>%s</code></td></tr>', esc_html( $label ), esc_html( $value ) );
		}
		echo '</tbody></table>';
		self::render_action( 'admin/key', __( 'Replace the key', 'aiguy' ) );
	}

	/**
	 * A button that calls an admin route; assets/settings.js shows what comes of it below, or leads on.
	 *
	 * @param array{method?: string, body?: string, then?: string} $data POST without a body where nothing else is said; then is the page that follows.
	 */
	private static function render_action( string $route, string $label, array $data = array() ): void {
		$id = 'aiguy-' . sanitize_title( $route );
		printf( '<p><button type="button" class="button" aria-controls="%s"', esc_attr( $id ) );
		foreach ( array( 'route' => $route ) + $data as $name => $value ) {
			printf( ' data-%s="%s"', esc_attr( $name ), esc_attr( $value ) );
		}
		printf( '>%s</button></p><div id="%s" role="status"></div>', esc_html( $label ), esc_attr( $id ) );
	}
}
