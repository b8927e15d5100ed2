<?php
/**
 * The chat's files: a launcher that loads with the page, and everything else, which the launcher fetches when the visitor opens the chat.
 */

declare(strict_types=1);

namespace Aiguy\Widget;

use Aiguy\Plugin;

final class Widget_Assets {

	public const LAUNCHER = 'aiguy-launcher';
	private const CHAT     = 'aiguy-chat';

	public function __construct( private readonly string $file ) {}

	public function add_hooks(): void {
		add_action( 'admin_notices', $this->warn( ... ) );
		// The chat asks the WP Consent API before it stores anything; its list of plugins says so.
		add_filter( 'wp_consent_api_registered_' . plugin_basename( $this->file ), '__return_true' );
	}

	/** Without its built files the chat shows nothing to visitors; the owner must hear of it. */
	private function warn(): void {
		if ( ! $this->is_built() && current_user_can( 'manage_options' ) ) {
			printf( '<div class="notice notice-error"><p>%s</p></div>', esc_html__( 'AIGuy: the chat’s files are missing. Install the plugin from its zip, or build it.', 'aiguy' ) );
		}
	}

	public function is_built(): bool {
		return is_readable( $this->path( 'launcher.js' ) ) && is_readable( $this->path( 'chat.asset.php' ) );
	}

	/** The launcher has no dependency and never blocks rendering. */
	public function enqueue_launcher(): void {
		wp_enqueue_script( self::LAUNCHER, $this->url( 'launcher.js' ), array(), $this->version( 'launcher.asset.php' ), array( 'in_footer' => true, 'strategy' => 'defer' ) );
	}

	/** As it stands in the address, wherever wp-content and the host of the files are. */
	public function launcher_path(): string {
		return (string) wp_parse_url( $this->url( 'launcher.js' ), PHP_URL_PATH );
	}

	/** @param array<string, mixed> $attributes Of a script's tag. */
	public function is_launcher( array $attributes ): bool {
		return self::LAUNCHER . '-js' === ( $attributes['id'] ?? '' );
	}

	/** @return array{chat: string, page: string, person: string, extras: string, extrasStyle: string, style: string, deps: list<string>} Addresses of what the launcher loads, dependencies first. */
	public function chat(): array {
		$version = $this->version( 'chat.asset.php' );
		return array(
			'chat'        => add_query_arg( 'ver', $version, $this->url( 'chat.js' ) ),
			'page'        => add_query_arg( 'ver', $this->version( 'page.asset.php' ), $this->url( 'page.js' ) ),
			'person'      => add_query_arg( 'ver', $this->version( 'person.asset.php' ), $this->url( 'person.js' ) ),
			'extras'      => add_query_arg( 'ver', $this->version( 'extras.asset.php' ), $this->url( 'extras.js' ) ),
			'extrasStyle' => add_query_arg( 'ver', $this->version( 'extras.asset.php' ), $this->url( 'extras.css' ) ),
			'style'       => add_query_arg( 'ver', $version, $this->url( 'chat.css' ) ),
			'deps'        => $this->dependency_urls(),
		);
	}

	/** Address of the question that stands before a chat which needs consent. */
	public function consent(): string {
		return add_query_arg( 'ver', $this->version( 'consent.asset.php' ), $this->url( 'consent.js' ) );
	}

	/**
	 * The chat's words in the page's language, from a language pack or the plugin's own files.
	 *
	 * @return string|array<string, list<string>>|null The address of the file, which only a visitor who opens the chat loads; the words
	 *                                                 themselves where another plugin changes them; null for English.
	 */
	public function translations(): string|array|null {
		wp_register_script( self::CHAT, $this->url( 'chat.js' ), array(), $this->version( 'chat.asset.php' ), true );
		$path = '';
		$note = static function ( string|false $json, string|false $file ) use ( &$path ): string|false {
			$path = is_string( $file ) ? $file : '';
			return $json;
		};
		add_filter( 'load_script_translations', $note, PHP_INT_MIN, 2 );
		$json = load_script_textdomain( self::CHAT, 'aiguy' );
		remove_filter( 'load_script_translations', $note, PHP_INT_MIN );
		if ( ! $json ) {
			return null;
		}
		$url = has_filter( 'load_script_translations' ) || has_filter( 'pre_load_script_translations' ) ? '' : $this->url_of( $path );
		return '' !== $url ? $url : ( json_decode( $json, true )['locale_data']['messages'] ?? null );
	}

	/** Empty where a browser can't reach the file. */
	private function url_of( string $path ): string {
		$places = array( plugin_dir_path( $this->file ) => plugins_url( '/', $this->file ), trailingslashit( WP_CONTENT_DIR ) => content_url( '/' ) );
		foreach ( $places as $folder => $url ) {
			if ( str_starts_with( $path, $folder ) ) {
				return add_query_arg( 'ver', (string) filemtime( $path ), $url . substr( $path, strlen( $folder ) ) );
			}
		}
		return '';
	}

	/**
	 * The scripts of WordPress that the chat needs, in the order in which they must run.
	 *
	 * @return list<string>
	 */
	private function dependency_urls(): array {
		$scripts = wp_scripts();
		$handles = array();
		$visit   = static function ( string $handle ) use ( &$visit, &$handles, $scripts ): void {
			$script = $scripts->registered[ $handle ] ?? null;
			if ( null === $script || isset( $handles[ $handle ] ) || 'wp-polyfill' === $handle ) {
				return;
			}
			array_map( $visit, $script->deps );
			$handles[ $handle ] = $script;
		};
		array_map( $visit, $this->asset( 'chat.asset.php' )['dependencies'] );
		$urls = array();
		foreach ( $handles as $script ) {
			if ( is_string( $script->src ) && '' !== $script->src ) {
				$src    = preg_match( '#^(https?:)?//#', $script->src ) ? $script->src : $scripts->base_url . $script->src;
				$urls[] = add_query_arg( 'ver', $script->ver ?: $scripts->default_version, $src );
			}
		}
		return $urls;
	}

	private function version( string $asset ): string {
		return $this->asset( $asset )['version'];
	}

	/** @return array{dependencies: list<string>, version: string} */
	private function asset( string $name ): array {
		$file = $this->path( $name );
		return is_readable( $file ) ? require $file : array( 'dependencies' => array(), 'version' => Plugin::VERSION );
	}

	private function path( string $name ): string {
		return plugin_dir_path( $this->file ) . 'build/' . $name;
	}

	private function url( string $name ): string {
		return plugins_url( 'build/' . $name, $this->file );
	}
}
