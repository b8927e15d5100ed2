<?php
/**
 * A report in words: subject, plain text and HTML of the weekly mail, in the language that is switched on.
 */

declare(strict_types=1);

namespace Aiguy\Reports;

final class Report_Text {

	/** @param array<string, mixed> $report Report of manifests/protocol/http.json. */
	public function __construct( private readonly array $report ) {}

	public static function settings_url(): string {
		return admin_url( 'admin.php?page=aiguy-reports#weekly' );
	}

	public function subject(): string {
		/* translators: 1: name of the site, 2: number of conversations. */
		return sprintf( _n( '%1$s: %2$s conversation last week', '%1$s: %2$s conversations last week', $this->count( 'conversations' ), 'aiguy' ), wp_specialchars_decode( get_bloginfo( 'name' ), ENT_QUOTES ), number_format_i18n( $this->count( 'conversations' ) ) );
	}

	public function plain(): string {
		$lines = array( $this->heading(), '' );
		foreach ( $this->rows() as list( $label, $value ) ) {
			$lines[] = "$label: $value";
		}
		return implode( "\n", array( ...$lines, '', __( 'The whole report:', 'aiguy' ) . ' ' . admin_url( 'admin.php?page=aiguy-reports' ), $this->farewell() . ' ' . self::settings_url(), '' ) );
	}

	public function html(): string {
		$rows = '';
		foreach ( $this->rows() as list( $label, $value ) ) {
			$rows .= sprintf( '<tr><td style="padding:6px 24px 6px 0;border-bottom:1px solid #ddd">%s</td><td style="padding:6px 0;border-bottom:1px solid #ddd;text-align:end"><strong>%s</strong></td></tr>', esc_html( $label ), esc_html( $value ) );
		}
		return sprintf(
			'<html lang="%s" dir="%s"><body style="font-family:sans-serif;color:#1e1e1e"><h1 style="font-size:18px">%s</h1><table style="border-collapse:collapse">%s</table><p><a href="%s">%s</a></p><p style="color:#595959;font-size:12px">%s <a href="%s">%s</a></p></body></html>',
			esc_attr( str_replace( '_', '-', determine_locale() ) ),
			is_rtl() ? 'rtl' : 'ltr',
			esc_html( $this->heading() ),
			$rows,
			esc_url( admin_url( 'admin.php?page=aiguy-reports' ) ),
			esc_html__( 'See the whole report', 'aiguy' ),
			esc_html( $this->farewell() ),
			esc_url( self::settings_url() ),
			esc_html__( 'Change this in AIGuy → Reports.', 'aiguy' )
		);
	}

	private function heading(): string {
		$date = static fn( mixed $day ): string => (string) wp_date( (string) get_option( 'date_format' ), (int) strtotime( "$day 12:00 UTC" ), new \DateTimeZone( 'UTC' ) );
		/* translators: 1: name of the site, 2: a date, 3: a date. */
		return sprintf( __( 'Your chat on %1$s, %2$s to %3$s', 'aiguy' ), wp_specialchars_decode( get_bloginfo( 'name' ), ENT_QUOTES ), $date( $this->report['from'] ?? '' ), $date( $this->report['to'] ?? '' ) );
	}

	private function farewell(): string {
		return __( 'You get this mail once a week because you, or somebody who manages this site, asked for it.', 'aiguy' );
	}

	/** @return list<array{string, string}> Label and value. */
	private function rows(): array {
		$count = fn( string ...$path ): string => number_format_i18n( $this->count( ...$path ) );
		return array(
			array( __( 'Conversations', 'aiguy' ), $count( 'conversations' ) ),
			array( __( 'Messages', 'aiguy' ), $count( 'messages' ) ),
			array( __( 'Resolved, and the visitor said so', 'aiguy' ), $count( 'outcomes', 'confirmed' ) ),
			array( __( 'Answered, and the visitor did not come back', 'aiguy' ), $count( 'outcomes', 'assumed' ) ),
			array( __( 'Left without an answer that helped', 'aiguy' ), $count( 'outcomes', 'abandoned' ) ),
			array( __( 'Came back about the same matter', 'aiguy' ), $count( 'outcomes', 'reopened' ) ),
			array( __( 'Handed to a person', 'aiguy' ), $count( 'outcomes', 'escalated' ) ),
			array( __( 'Answers rated good / bad', 'aiguy' ), $count( 'ratings', 'up' ) . ' / ' . $count( 'ratings', 'down' ) ),
			array( __( 'Time to the first words, typical / slowest 5%', 'aiguy' ), $this->seconds( 'p50' ) . ' / ' . $this->seconds( 'p95' ) ),
			array( __( 'Look-ups that failed', 'aiguy' ), $count( 'toolErrors' ) ),
			array( __( 'Messages that met a limit', 'aiguy' ), $count( 'capped' ) ),
			array( __( 'Cost of the models', 'aiguy' ), '$' . number_format_i18n( $this->count( 'costMicroUsd' ) / 1000000, 2 ) ),
		);
	}

	private function seconds( string $name ): string {
		$ms = $this->report['total']['firstAnswerMs'][ $name ] ?? null;
		/* translators: %s: a number of seconds. */
		return is_numeric( $ms ) ? sprintf( __( '%s s', 'aiguy' ), number_format_i18n( $ms / 1000, 1 ) ) : '–';
	}

	private function count( string ...$path ): int {
		$value = $this->report['total'] ?? array();
		foreach ( $path as $name ) {
			$value = is_array( $value ) ? ( $value[ $name ] ?? 0 ) : 0;
		}
		return is_numeric( $value ) ? (int) $value : 0;
	}
}
