<?php
/**
 * Renders the place of a chat, for shortcode and block alike: the same bytes for every guest, so that any page cache may keep them.
 */

declare(strict_types=1);

namespace Aiguy\Widget;

use Aiguy\Rest\Ajax_Door;
use Aiguy\Settings\Settings;

final class Widget_Renderer {

	public const ATTRIBUTES = array( 'position', 'title', 'greeting', 'placeholder', 'theme' );

	public function __construct( private readonly Widget_Assets $assets, private readonly Settings $settings, private readonly Ajax_Door $door ) {}

	/** @param array<string, mixed> $attributes position (floating, inline), title, greeting, placeholder, theme (auto, light, dark). */
	public function render( array $attributes ): string {
		if ( ! $this->assets->is_built() ) {
			return '';
		}
		$this->assets->enqueue_launcher();
		$position = 'inline' === ( $attributes['position'] ?? '' ) ? 'inline' : 'floating';
		$options  = array(
			'rest'            => esc_url_raw( rest_url( 'aiguy/v1/' ) ),
			'door'            => esc_url_raw( $this->door->url() ),
			...$this->assets->chat(),
			'locale'          => determine_locale(),
			'rtl'             => is_rtl(),
			'position'        => $position,
			'title'           => $this->text( $attributes, 'title' ) ?: $this->settings->title(),
			'greeting'        => $this->text( $attributes, 'greeting' ) ?: $this->settings->greeting(),
			'placeholder'     => $this->text( $attributes, 'placeholder' ) ?: __( 'Write a message', 'aiguy' ),
			'theme'           => in_array( $attributes['theme'] ?? '', array( 'light', 'dark' ), true ) ? $attributes['theme'] : 'auto',
			'suggestArticles' => $this->settings->suggest_articles(),
			'translations'    => $this->assets->translations(),
			'strings'         => array(
				'open'    => __( 'Open the chat', 'aiguy' ),
				'start'   => __( 'Start chat', 'aiguy' ),
				'loading' => __( 'Loading …', 'aiguy' ),
				'failed'  => __( 'The chat could not be loaded. Please try again.', 'aiguy' ),
			),
		);
		return sprintf( '<div class="aiguy-chat" data-aiguy="%s"></div>', esc_attr( (string) wp_json_encode( $options ) ) );
	}

	/** @param array<string, mixed> $attributes */
	private function text( array $attributes, string $name ): string {
		return mb_substr( sanitize_text_field( (string) ( $attributes[ $name ] ?? '' ) ), 0, 200 );
	}
}
