<?php
/**
 * The looks that an owner may choose, as the chat's CSS custom properties: from the shortcode's attributes and from the block's supports.
 */

declare(strict_types=1);

namespace Aiguy\Widget;

final class Chat_Style {

	/** Attribute → custom property. */
	private const COLOURS = array( 'accent' => '--aiguy-accent', 'accent_text' => '--aiguy-on-accent', 'background' => '--aiguy-surface', 'text' => '--aiguy-text', 'border' => '--aiguy-line' );
	private const LENGTHS = array( 'radius' => '--aiguy-radius', 'font_size' => '--aiguy-font-size', 'height' => '--aiguy-height' );

	public const ATTRIBUTES = array( 'accent', 'accent_text', 'background', 'text', 'border', 'radius', 'font_size', 'height' );

	private const PRESET = 'var\(--wp--[a-z0-9-]{1,80}\)';
	private const COLOUR = '/^(?:#[0-9a-f]{3,8}|[a-z]{3,24}|(?:rgb|hsl|hwb|lab|lch|oklab|oklch|color)a?\([a-z0-9 .,%\/+-]{1,60}\)|' . self::PRESET . ')$/i';
	private const LENGTH = '/^(?:\d{1,4}(?:\.\d{1,4})?(?:px|em|rem|%|vh|svh|dvh|vw)|(?:min|max|clamp)\([a-z0-9 .,%+*\/-]{1,80}\)|' . self::PRESET . ')$/i';

	/** @param array<string, mixed> $attributes What is no colour or no length is left out. */
	public static function properties( array $attributes ): string {
		$text = '';
		foreach ( array( self::COLOUR => self::COLOURS, self::LENGTH => self::LENGTHS ) as $pattern => $names ) {
			foreach ( $names as $name => $property ) {
				$value = trim( (string) ( is_scalar( $attributes[ $name ] ?? '' ) ? $attributes[ $name ] ?? '' : '' ) );
				$text .= preg_match( $pattern, $value ) ? "$property:$value;" : '';
			}
		}
		return $text;
	}

	/** Whether the chat's other colours must follow from the owner's. @param array<string, mixed> $attributes */
	public static function has_own_surface( array $attributes ): bool {
		return (bool) preg_match( '/--aiguy-(?:surface|text):/', self::properties( $attributes ) );
	}

	/**
	 * What the block editor keeps under «style» and in its preset attributes, under the names of the shortcode.
	 *
	 * @param array<string, mixed> $block The block's attributes.
	 * @return array<string, string>
	 */
	public static function of_block( array $block ): array {
		$style  = is_array( $block['style'] ?? null ) ? $block['style'] : array();
		$preset = static fn( string $name, string $kind ): string => is_string( $block[ $name ] ?? null ) ? "var(--wp--preset--$kind--{$block[ $name ]})" : '';
		$button = array( 'elements', 'button', 'color' );
		return array_filter(
			array(
				'accent'      => self::value( $style, ...$button, ...array( 'background' ) ),
				'accent_text' => self::value( $style, ...$button, ...array( 'text' ) ),
				'background'  => $preset( 'backgroundColor', 'color' ) ?: self::value( $style, 'color', 'background' ),
				'text'        => $preset( 'textColor', 'color' ) ?: self::value( $style, 'color', 'text' ),
				'border'      => $preset( 'borderColor', 'color' ) ?: self::value( $style, 'border', 'color' ),
				'radius'      => self::value( $style, 'border', 'radius' ),
				'font_size'   => $preset( 'fontSize', 'font-size' ) ?: self::value( $style, 'typography', 'fontSize' ),
				'height'      => self::value( $style, 'dimensions', 'minHeight' ),
			)
		);
	}

	/** The editor writes var:preset|color|name for what a theme defines. @param array<string, mixed> $style */
	private static function value( array $style, string ...$path ): string {
		foreach ( $path as $name ) {
			$style = is_array( $style ) ? ( $style[ $name ] ?? '' ) : '';
		}
		if ( ! is_string( $style ) ) {
			return '';
		}
		return str_starts_with( $style, 'var:' ) ? 'var(--wp--' . str_replace( '|', '--', substr( $style, 4 ) ) . ')' : $style;
	}
}
