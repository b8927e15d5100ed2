<?php
/**
 * The block «AIGuy chat», from the one block.json of the build; rendered like the shortcode.
 */

declare(strict_types=1);

namespace Aiguy\Widget;

final class Widget_Block {

	public function __construct( private readonly string $file, private readonly Widget_Renderer $renderer ) {}

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
		$chat = $this->renderer->render( array_merge( $attributes, Chat_Style::of_block( $attributes ) ) );
		// In the corner it takes no place in the page: no wrapper, whose margin would.
		return 'inline' === ( $attributes['position'] ?? '' ) ? sprintf( '<div %s>%s</div>', get_block_wrapper_attributes(), $chat ) : $chat;
	}

	/** What the preview shows where the block itself says nothing. */
	private function tell_editor(): void {
		$texts = wp_json_encode( array( ...$this->renderer->texts( array() ), 'rtl' => is_rtl() ), JSON_HEX_TAG );
		wp_add_inline_script( 'aiguy-chat-editor-script', "window.aiguyBlock = $texts;", 'before' );
	}
}
