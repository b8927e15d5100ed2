<?php
/**
 * What was said, as a visitor keeps it: plain text, and the same as HTML in which everything is escaped. Times are the site's.
 */

declare(strict_types=1);

namespace Aiguy\Transcript;

final class Transcript {

	private const LINE_BYTES_MAX = 20000;

	/** @param list<array{from: string, text: string, at: int|null, sources: list<array{number: int, title: string, url: string}>}> $lines */
	private function __construct( private readonly array $lines, private readonly string $title, private readonly bool $is_shortened ) {}

	/** @param array<string, mixed> $answer Transcript of manifests/protocol/http.json. */
	public static function from( array $answer, string $title ): self {
		$lines = array();
		foreach ( (array) ( $answer['lines'] ?? array() ) as $line ) {
			if ( is_array( $line ) && is_string( $line['text'] ?? null ) ) {
				$at      = strtotime( (string) ( $line['at'] ?? '' ) );
				$lines[] = array(
					'from'    => 'visitor' === ( $line['from'] ?? '' ) ? 'visitor' : 'assistant',
					'text'    => self::clean( $line['text'] ),
					'at'      => false === $at ? null : $at,
					'sources' => self::sources( (array) ( $line['sources'] ?? array() ) ),
				);
			}
		}
		return new self( $lines, self::clean( $title ), true === ( $answer['isShortened'] ?? false ) );
	}

	public function is_empty(): bool {
		return array() === $this->lines;
	}

	public function text(): string {
		$parts = array( $this->title, ...( $this->is_shortened ? array( __( 'Earlier messages are left out.', 'aiguy' ) ) : array() ) );
		foreach ( $this->lines as $line ) {
			$sources = array_map( static fn( array $source ): string => "[{$source['number']}] {$source['title']} {$source['url']}", $line['sources'] );
			$parts[] = implode( "\n", array( self::head( $line ), $line['text'], ...$sources ) );
		}
		return implode( "\n\n", $parts ) . "\n";
	}

	public function html(): string {
		$html = '<h1 style="font-size:1.2em">' . esc_html( $this->title ) . '</h1>';
		if ( $this->is_shortened ) {
			$html .= '<p>' . esc_html__( 'Earlier messages are left out.', 'aiguy' ) . '</p>';
		}
		foreach ( $this->lines as $line ) {
			$html .= '<p dir="auto"><strong>' . esc_html( self::head( $line ) ) . '</strong><br>' . nl2br( esc_html( $line['text'] ) );
			foreach ( $line['sources'] as $source ) {
				$url   = esc_url( $source['url'], array( 'http', 'https' ) );
				$title = esc_html( "[{$source['number']}] {$source['title']}" );
				$html .= '<br>' . ( '' === $url ? $title : '<a href="' . $url . '">' . $title . '</a>' );
			}
			$html .= '</p>';
		}
		return $html;
	}

	/** @param array{from: string, at: int|null} $line */
	private static function head( array $line ): string {
		$who  = 'visitor' === $line['from'] ? __( 'You', 'aiguy' ) : __( 'Assistant', 'aiguy' );
		$when = null === $line['at'] ? '' : (string) wp_date( get_option( 'date_format' ) . ' ' . get_option( 'time_format' ), $line['at'] );
		return '' === $when ? $who : "$who, $when";
	}

	/**
	 * @param array<mixed> $sources
	 * @return list<array{number: int, title: string, url: string}>
	 */
	private static function sources( array $sources ): array {
		$list = array();
		foreach ( $sources as $source ) {
			if ( is_array( $source ) ) {
				$list[] = array(
					'number' => (int) ( $source['number'] ?? 0 ),
					'title'  => self::clean( (string) ( $source['title'] ?? '' ) ),
					'url'    => self::clean( (string) ( $source['url'] ?? '' ) ),
				);
			}
		}
		return $list;
	}

	/** Without control characters, which a terminal or a mail reader might obey. */
	private static function clean( string $text ): string {
		$clean = (string) preg_replace( '/[\x00-\x08\x0B-\x1F\x7F\x{202A}-\x{202E}\x{2066}-\x{2069}]/u', '', wp_check_invalid_utf8( $text, true ) );
		return mb_strcut( $clean, 0, self::LINE_BYTES_MAX, 'UTF-8' );
	}
}
