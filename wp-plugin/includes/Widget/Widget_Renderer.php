<?php
/**
 * Renders the place of a chat, for shortcode and block alike: the same bytes for every guest, so that any page cache may keep them.
 */

declare(strict_types=1);

namespace Aiguy\Widget;

use Aiguy\Settings\Agent;
use Aiguy\Settings\Agents;
use Aiguy\Settings\Settings;

final class Widget_Renderer {

	public const ATTRIBUTES = array( 'agent', 'position', 'title', 'greeting', 'placeholder', 'theme' );

	private bool $has_rendered = false;

	public function __construct( private readonly Widget_Assets $assets, private readonly Settings $settings, private readonly Agents $agents ) {}

	/** Whether this page has a chat already. */
	public function has_rendered(): bool {
		return $this->has_rendered;
	}

	/** @param array<string, mixed> $attributes agent (an id; the default without one), position (floating, inline), title, greeting, placeholder, theme (auto, light, dark). */
	public function render( array $attributes ): string {
		if ( ! $this->assets->is_built() ) {
			return '';
		}
		$this->has_rendered = true;
		$this->assets->enqueue_launcher();
		$agent    = $this->agents->find( (string) ( $attributes['agent'] ?? '' ) );
		$position = 'inline' === ( ( $attributes['position'] ?? '' ) ?: $agent->position ) ? 'inline' : 'floating';
		$options  = array(
			'rest'            => esc_url_raw( rest_url( 'aiguy/v1/' ) ),
			...$this->assets->chat(),
			'locale'          => determine_locale(),
			'rtl'             => is_rtl(),
			'position'        => $position,
			'title'           => $this->text( $attributes, 'title' ) ?: $agent->name,
			'greeting'        => $this->text( $attributes, 'greeting' ) ?: $agent->greeting,
			'placeholder'     => $this->text( $attributes, 'placeholder' ) ?: __( 'Write a message', 'aiguy' ),
			'theme'           => in_array( $attributes['theme'] ?? '', array( 'light', 'dark' ), true ) ? $attributes['theme'] : 'auto',
			'suggestArticles' => $this->settings->suggest_articles(),
			...$this->of_agent( $agent ),
			'translations'    => $this->assets->translations(),
			'strings'         => array(
				'open'    => __( 'Open the chat', 'aiguy' ),
				'start'   => __( 'Start chat', 'aiguy' ),
				'loading' => __( 'Loading …', 'aiguy' ),
				'failed'  => __( 'The chat could not be loaded. Please try again.', 'aiguy' ),
			),
		);
		// Custom properties are all that reaches into the chat; without a colour of the agent's own, the theme's counts.
		$colours = '' === $agent->accent ? '' : sprintf( ' style="--aiguy-accent:%s;--aiguy-on-accent:%s"', esc_attr( $agent->accent ), esc_attr( $agent->on_accent() ) );
		return sprintf( '<div class="aiguy-chat"%s data-aiguy="%s"></div>', $colours, esc_attr( (string) wp_json_encode( $options ) ) );
	}

	/** @return array<string, mixed> What the agent says of itself; the same for every visitor. */
	private function of_agent( Agent $agent ): array {
		$privacy = $agent->privacy_link ? get_privacy_policy_url() : '';
		return array(
			'agent'              => $this->agents->all()[0]->id === $agent->id ? '' : $agent->id,
			'avatar'             => (string) wp_get_attachment_image_url( $agent->avatar ),
			'suggestedQuestions' => $agent->suggested_questions,
			'disclosure'         => $agent->disclosure_text(),
			'privacyUrl'         => $privacy,
			'consent'            => $agent->consent['on'] || function_exists( 'wp_has_consent' ) ? array( 'script' => $this->assets->consent(), 'text' => $agent->consent_text(), 'always' => $agent->consent['on'] ) : null,
			'openingHours'       => array() === $agent->opening_hours ? null : array( 'timeZone' => wp_timezone_string(), 'hours' => $agent->opening_hours ),
		);
	}

	/** @param array<string, mixed> $attributes */
	private function text( array $attributes, string $name ): string {
		return mb_substr( sanitize_text_field( (string) ( $attributes[ $name ] ?? '' ) ), 0, 200 );
	}
}
