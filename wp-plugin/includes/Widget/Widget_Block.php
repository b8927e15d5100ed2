<?php
/**
 * The block «AIGuy chat», from the one block.json of the build; rendered like the shortcode.
 */

declare(strict_types=1);

namespace Aiguy\Widget;

use Aiguy\Settings\Agent;
use Aiguy\Settings\Agents;

final class Widget_Block {

	public function __construct( private readonly string $file, private readonly Widget_Renderer $renderer, private readonly Agents $agents ) {}

	public function add_hooks(): void {
		add_action( 'init', $this->register( ... ) );
		add_action( 'enqueue_block_editor_assets', $this->tell_editor( ... ) );
	}

	private function register(): void {
		$folder = plugin_dir_path( $this->file ) . 'build/block';
		if ( is_readable( "$folder/block.json" ) ) {
			register_block_type( $folder, array( 'render_callback' => $this->render( ... ) ) );
		}
	}

	/** @param array<string, mixed> $attributes */
	private function render( array $attributes ): string {
		$position = (string) ( $attributes['position'] ?? '' ) ?: self::usual_position( $this->agents->find( (string) ( $attributes['agent'] ?? '' ) ) );
		$chat     = $this->renderer->render( array_merge( $attributes, array( 'position' => $position ), Chat_Style::of_block( $attributes ) ) );
		// In the corner it takes no place in the page: no wrapper, whose margin would.
		return 'inline' === $position ? sprintf( '<div %s>%s</div>', get_block_wrapper_attributes(), $chat ) : $chat;
	}

	/** Of a block that names none: where its agent may be, in the page before the corner. @return 'inline'|'floating' */
	private static function usual_position( Agent $agent ): string {
		return 'floating' === $agent->position ? 'floating' : 'inline';
	}

	/** The agents to choose from, the default first, and what of them the preview shows. */
	private function tell_editor(): void {
		$agents = array_map(
			fn( Agent $agent ): array => array(
				'id'         => $agent->id,
				...$this->renderer->texts( array( 'agent' => $agent->id ) ),
				'questions'  => $agent->questions_text(),
				'accent'     => $agent->accent,
				'onAccent'   => $agent->on_accent(),
				'avatar'     => (string) wp_get_attachment_image_url( $agent->avatar ),
				'disclosure' => $agent->disclosure_text(),
				'position'   => self::usual_position( $agent ),
				'shortcode'  => 'inline' === $agent->position ? 'inline' : 'floating',
			),
			$this->agents->all()
		);
		$said   = wp_json_encode( array( 'agents' => $agents, 'rtl' => is_rtl() ), JSON_HEX_TAG );
		wp_add_inline_script( 'aiguy-chat-editor-script', "window.aiguyBlock = $said;", 'before' );
	}
}
