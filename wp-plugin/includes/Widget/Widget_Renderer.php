<?php
/**
 * Renders the place of a chat, for shortcode and block alike: the same bytes for every guest, so that any page cache may keep them.
 */

declare(strict_types=1);

namespace Aiguy\Widget;

use Aiguy\Rest\Ajax_Door;
use Aiguy\Settings\Settings;

final class Widget_Renderer {

	public const ATTRIBUTES = array( 'position', 'title', 'greeting', 'placeholder', 'theme', 'agent', ...Chat_Style::ATTRIBUTES );
	/** What it takes of the page before the launcher has run, so that nothing moves when it does; stronger than any theme. */
	private const PLACES = array(
		'inline'   => 'display:block!important;font-size:medium!important;block-size:var(--aiguy-height,min(40em,80vh))!important;',
		'floating' => 'position:absolute!important;',
	);

	public function __construct( private readonly Widget_Assets $assets, private readonly Settings $settings, private readonly Ajax_Door $door ) {}

	/** @param array<string, mixed> $attributes position (floating, inline), title, greeting, placeholder, theme (auto, light, dark), agent (its id), and those of Chat_Style. */
	public function render( array $attributes ): string {
		if ( ! $this->assets->is_built() ) {
			return '';
		}
		$this->assets->enqueue_launcher();
		$attributes = array_filter( $attributes, 'is_scalar' );
		$position = 'inline' === ( $attributes['position'] ?? '' ) ? 'inline' : 'floating';
		$options  = array(
			'rest'            => esc_url_raw( rest_url( 'aiguy/v1/' ) ),
			'door'            => esc_url_raw( $this->door->url() ),
			...$this->assets->chat(),
			'locale'          => determine_locale(),
			'rtl'             => is_rtl(),
			'position'        => $position,
			...$this->texts( $attributes ),
			'theme'           => $this->theme( $attributes ),
			'agent'           => preg_match( '/^[a-z0-9-]{1,40}$/D', (string) ( $attributes['agent'] ?? '' ) ) ? $attributes['agent'] : '',
			'suggestArticles' => $this->settings->suggest_articles(),
			'translations'    => $this->assets->translations(),
			'strings'         => array(
				'open'    => __( 'Open the chat', 'aiguy' ),
				'start'   => __( 'Start chat', 'aiguy' ),
				'loading' => __( 'Loading …', 'aiguy' ),
				'failed'  => __( 'The chat could not be loaded. Please try again.', 'aiguy' ),
			),
		);
		return sprintf(
			'<div class="aiguy-chat" style="%s" data-aiguy="%s"><noscript>%s</noscript></div>',
			esc_attr( self::PLACES[ $position ] . Chat_Style::properties( $attributes ) ),
			esc_attr( (string) wp_json_encode( $options ) ),
			'inline' === $position ? esc_html__( 'The chat needs JavaScript.', 'aiguy' ) : ''
		);
	}

	/**
	 * @param array<string, mixed> $attributes
	 * @return array{title: string, greeting: string, placeholder: string} The site's own words where the attributes have none.
	 */
	public function texts( array $attributes ): array {
		return array(
			'title'       => $this->text( $attributes, 'title' ) ?: $this->settings->title(),
			'greeting'    => $this->text( $attributes, 'greeting' ) ?: $this->settings->greeting(),
			'placeholder' => $this->text( $attributes, 'placeholder' ) ?: __( 'Write a message', 'aiguy' ),
		);
	}

	/** @param array<string, mixed> $attributes */
	private function theme( array $attributes ): string {
		$theme = $attributes['theme'] ?? '';
		return match ( true ) {
			Chat_Style::has_own_surface( $attributes )            => 'own',
			in_array( $theme, array( 'light', 'dark' ), true )    => $theme,
			default                                               => 'auto',
		};
	}

	/** @param array<string, mixed> $attributes */
	private function text( array $attributes, string $name ): string {
		return mb_substr( sanitize_text_field( (string) ( $attributes[ $name ] ?? '' ) ), 0, 200 );
	}
}
