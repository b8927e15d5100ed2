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
	}

	private function register(): void {
		$folder = plugin_dir_path( $this->file ) . 'build/block';
		if ( is_readable( "$folder/block.json" ) ) {
			$render = fn( array $attributes ): string => sprintf( '<div %s>%s</div>', get_block_wrapper_attributes(), $this->renderer->render( $attributes ) );
			register_block_type( $folder, array( 'render_callback' => $render ) );
		}
	}
}
