<?php
/**
 * The shortcode [aiguy_chat agent="" position="floating|inline" title="" greeting="" placeholder="" theme="auto|light|dark"].
 */

declare(strict_types=1);

namespace Aiguy\Widget;

final class Shortcode {

	public function __construct( private readonly Widget_Renderer $renderer ) {}

	public function add_hooks(): void {
		add_shortcode( 'aiguy_chat', $this->render( ... ) );
	}

	/** @param array<string, string>|string $attributes What stands in the shortcode. */
	private function render( array|string $attributes ): string {
		return $this->renderer->render( shortcode_atts( array_fill_keys( Widget_Renderer::ATTRIBUTES, '' ), $attributes, 'aiguy_chat' ) );
	}
}
