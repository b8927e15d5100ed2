<?php
/**
 * The chat's files: a launcher that loads with the page, and everything else, which the launcher fetches when the visitor opens the chat.
 */

declare(strict_types=1);

namespace Aiguy\Widget;

use Aiguy\Plugin;

final class Widget_Assets {

	private const LAUNCHER = 'aiguy-launcher';
	private const CHAT     = 'aiguy-chat';

	public function __construct( private readonly string $file ) {}

	public function add_hooks(): void {
		add_action( 'admin_notices', $this->warn( ... ) );
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

	/** @return array{chat: string, page: string, person: string, style: string, deps: list<string>} Addresses of what the launcher loads, dependencies first. */
	public function chat(): array {
		$version = $this->version( 'chat.asset.php' );
		return array(
			'chat'  => add_query_arg( 'ver', $version, $this->url( 'chat.js' ) ),
			'page'  => add_query_arg( 'ver', $this->version( 'page.asset.php' ), $this->url( 'page.js' ) ),
			'person' => add_query_arg( 'ver', $this->version( 'person.asset.php' ), $this->url( 'person.js' ) ),
			'style' => add_query_arg( 'ver', $version, $this->url( 'chat.css' ) ),
			'deps'  => $this->dependency_urls(),
		);
	}

	/** @return array<string, list<string>>|null The chat's words in the page's language, from the language files of the plugin; null for English. */
	public function translations(): ?array {
		wp_register_script( self::CHAT, $this->url( 'chat.js' ), array(), $this->version( 'chat.asset.php' ), true );
		$json = load_script_textdomain( self::CHAT, 'aiguy', plugin_dir_path( $this->file ) . 'languages' );
		return $json ? ( json_decode( $json, true )['locale_data']['messages'] ?? null ) : null;
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
