<?php
/**
 * The template function aiguy_chat() and the action behind it; rendered like the shortcode.
 */

declare(strict_types=1);

namespace Aiguy\Widget;

final class Template_Function {

	public function __construct( private readonly string $file, private readonly Widget_Renderer $renderer ) {}

	public function add_hooks(): void {
		require_once plugin_dir_path( $this->file ) . 'template.php';
		add_action( 'aiguy_chat', $this->print( ... ) );
	}

	/** @param mixed $attributes As in the shortcode; anything else than an array is none. */
	private function print( mixed $attributes = array() ): void {
		$this->renderer->print( is_array( $attributes ) ? $attributes : array() );
	}
}
