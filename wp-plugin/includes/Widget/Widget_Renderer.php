<?php
/**
 * Renders the place of a chat, for shortcode and block alike: the same bytes for every guest, so that any page cache may keep them.
 */

declare(strict_types=1);

namespace Aiguy\Widget;

use Aiguy\Rest\Ajax_Door;
use Aiguy\Settings\Agent;
use Aiguy\Settings\Agents;
use Aiguy\Settings\Settings;

final class Widget_Renderer {

	public const ATTRIBUTES = array( 'position', 'title', 'greeting', 'placeholder', 'theme', 'agent', ...Chat_Style::ATTRIBUTES );
	/** What it takes of the page before the launcher has run, so that nothing moves when it does; stronger than any theme. */
	private const PLACES = array(
		'inline'   => 'display:block!important;font-size:medium!important;block-size:var(--aiguy-height,min(40em,80vh))!important;',
		'floating' => 'position:absolute!important;',
	);

	private bool $has_rendered = false;

	public function __construct(
		private readonly Widget_Assets $assets,
		private readonly Settings $settings,
		private readonly Agents $agents,
		private readonly Ajax_Door $door,
	) {}

	/** Whether this page has a chat already. */
	public function has_rendered(): bool {
		return $this->has_rendered;
	}

	/** @param array<string, mixed> $attributes agent (an id; the default without one), position (floating, inline), title, greeting, placeholder, theme (auto, light, dark), and those of Chat_Style. */
	public function render( array $attributes ): string {
		ob_start();
		$this->print( $attributes );
		return (string) ob_get_clean();
	}

	/** @param array<string, mixed> $attributes As render() takes them. */
	public function print( array $attributes ): void {
		if ( ! $this->assets->is_built() ) {
			return;
		}
		$this->has_rendered = true;
		$this->assets->enqueue_launcher();
		$attributes = array_filter( $attributes, 'is_scalar' );
		$agent      = $this->agents->find( (string) ( $attributes['agent'] ?? '' ) );
		$position   = 'inline' === ( ( $attributes['position'] ?? '' ) ?: $agent->position ) ? 'inline' : 'floating';
		// Without a colour of the agent's own, the theme's counts.
		if ( '' !== $agent->accent && '' === (string) ( $attributes['accent'] ?? '' ) ) {
			$attributes = array( 'accent' => $agent->accent, 'accent_text' => $agent->on_accent() ) + $attributes;
		}
		$options  = array(
			'rest'            => esc_url_raw( rest_url( 'aiguy/v1/' ) ),
			'door'            => esc_url_raw( $this->door->url() ),
			...$this->assets->chat(),
			'locale'          => determine_locale(),
			'rtl'             => is_rtl(),
			'position'        => $position,
			...$this->texts( $attributes ),
			'theme'           => $this->theme( $attributes ),
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
		printf(
			'<div class="aiguy-chat" style="%s" data-aiguy="%s"><noscript>%s</noscript></div>',
			esc_attr( self::PLACES[ $position ] . Chat_Style::properties( $attributes ) ),
			esc_attr( (string) wp_json_encode( $options ) ),
			'inline' === $position ? esc_html__( 'The chat needs JavaScript.', 'aiguy' ) : ''
		);
	}

	/**
	 * @param array<string, mixed> $attributes
	 * @return array{title: string, greeting: string, placeholder: string} The agent's own words where the attributes have none.
	 */
	public function texts( array $attributes ): array {
		$agent = $this->agents->find( (string) ( $attributes['agent'] ?? '' ) );
		return array(
			'title'       => $this->text( $attributes, 'title' ) ?: $agent->name_text(),
			'greeting'    => $this->text( $attributes, 'greeting' ) ?: $agent->greeting_text(),
			'placeholder' => $this->text( $attributes, 'placeholder' ) ?: __( 'Write a message', 'aiguy' ),
		);
	}

	/** @param array<string, mixed> $attributes */
	private function theme( array $attributes ): string {
		$theme = $attributes['theme'] ?? '';
		return match ( true ) {
			Chat_Style::has_own_surface( $attributes )         => 'own',
			in_array( $theme, array( 'light', 'dark' ), true ) => $theme,
			default                                            => 'auto',
		};
	}

	/** @return array<string, mixed> What the agent says of itself; the same for every visitor. */
	private function of_agent( Agent $agent ): array {
		$privacy = $agent->privacy_link ? get_privacy_policy_url() : '';
		return array(
			'agent'              => $this->agents->all()[0]->id === $agent->id ? '' : $agent->id,
			'avatar'             => (string) wp_get_attachment_image_url( $agent->avatar ),
			'suggestedQuestions' => $agent->questions_text(),
			'disclosure'         => $agent->disclosure_text(),
			'privacyUrl'         => $privacy,
			'consent'            => $agent->consent['on'] || function_exists( 'wp_has_consent' ) ? array( 'script' => $this->assets->consent(), 'text' => $agent->consent_text(), 'always' => $agent->consent['on'] ) : null,
		);
	}

	/** @param array<string, mixed> $attributes */
	private function text( array $attributes, string $name ): string {
		return mb_substr( sanitize_text_field( (string) ( $attributes[ $name ] ?? '' ) ), 0, 200 );
	}
}
