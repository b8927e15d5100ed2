<?php
/**
 * What each field of an agent may hold. A value that does not fit is refused with the field's name and the rule, never silently changed.
 */

declare(strict_types=1);

namespace Aiguy\Settings;

final class Agent_Rules {

	private const TOOL  = '/\A[a-z]+(_[a-z]+)+\z/';
	private const CLOCK = '/\A([01]\d|2[0-3]):[0-5]\d\z/';

	/** So that the longest agent still fits into an assertion (Assertion_Signer); three bytes a character, as in Chinese. */
	private const INSTRUCTIONS_CHARACTERS = 800;
	private const INSTRUCTIONS_BYTES      = 2400;
	private const CONTROL_CHARACTERS      = '/[^\P{Cc}\t\r\n]|\p{Zl}|\p{Zp}/u';

	/**
	 * @param array<string, mixed> $fields Of one agent, decoded from JSON as arrays.
	 * @return array<string, string> Field to rule, in words for the owner; empty when all fit.
	 */
	public static function broken( array $fields ): array {
		return self::check( $fields, self::rules() );
	}

	/**
	 * @param array<string, mixed> $limits Of the whole site, as Agents::limits() names them.
	 * @return array<string, string> As broken().
	 */
	public static function broken_limits( array $limits ): array {
		return self::check( $limits, array( 'site_messages_day' => self::whole( 0, 10000000 ), 'site_cost_day_usd' => self::amount(), 'site_cost_month_usd' => static fn( mixed $value ): string => null === $value ? '' : self::amount()( $value ) ) );
	}

	/**
	 * @param array<string, mixed>                    $fields
	 * @param array<string, \Closure(mixed): string> $known
	 * @return array<string, string>
	 */
	private static function check( array $fields, array $known ): array {
		$wrong = array();
		foreach ( $fields as $name => $value ) {
			$problem = isset( $known[ $name ] ) ? $known[ $name ]( $value ) : __( 'There is no such field.', 'aiguy' );
			if ( '' !== $problem ) {
				$wrong[ $name ] = $problem;
			}
		}
		return $wrong;
	}

	/** @return array<string, \Closure(mixed): string> Each gives the rule that is broken, or nothing. */
	private static function rules(): array {
		return array(
			'id'                  => self::pattern( '/\A[a-z0-9-]{1,40}\z/', __( 'One to 40 small letters, digits and hyphens.', 'aiguy' ) ),
			'name'                => self::text( 0, 80 ),
			'avatar'              => self::is( static fn( mixed $value ): bool => 0 === $value || ( is_int( $value ) && $value > 0 && wp_attachment_is_image( $value ) ), __( 'Choose a picture of the media library.', 'aiguy' ) ),
			'accent'              => self::pattern( '/\A(#[0-9a-fA-F]{6})?\z/', __( 'A colour such as #2b5fd9, or nothing.', 'aiguy' ) ),
			'greeting'            => self::text( 0, 400 ),
			'suggested_questions' => self::list_of( self::text( 1, 120 ), 4 ),
			'position'            => self::one_of( 'inline', 'floating', 'both' ),
			'language'            => self::pattern( '/\A([a-z]{2,3}(-[A-Za-z0-9]{2,8})*)?\z/', __( 'A language code such as en or de-AT.', 'aiguy' ) ),
			'opening_hours'       => self::list_of( self::hours( ... ), 28 ),
			'collections'         => self::list_of( self::pattern( '/\A[a-z0-9-]{1,40}\z/', __( 'The name of a part of the knowledge.', 'aiguy' ) ), 16 ),
			'tools_off'           => self::list_of( self::pattern( self::TOOL, __( 'The name of a tool.', 'aiguy' ) ), 40 ),
			'tools_sign_in'       => self::list_of( self::pattern( self::TOOL, __( 'The name of a tool.', 'aiguy' ) ), 40 ),
			'tone'                => self::one_of( 'friendly', 'neutral', 'formal' ),
			'instructions'        => self::instructions(),
			'model'               => self::pattern( '#\A[A-Za-z0-9._:/-]{0,100}\z#', __( 'The name of a model: letters, digits and . _ : / -, at most 100.', 'aiguy' ) ),
			'caps'                => self::caps(),
			'retention_days'      => self::whole( 1, 3650 ),
			'disclosure'          => self::exactly( array( 'on' => self::yes_no(), 'text' => self::text( 0, 400 ) ) ),
			'consent'             => self::exactly( array( 'on' => self::yes_no(), 'text' => self::text( 0, 1000 ) ) ),
			'privacy_link'        => self::yes_no(),
			'everywhere'          => self::exactly( array( 'on' => self::yes_no(), 'include' => self::paths(), 'exclude' => self::paths() ) ),
		);
	}

	/** Words that come from elsewhere, so that they keep the rule of instructions. */
	public static function cut_instructions( string $text ): string {
		$plain = (string) preg_replace( self::CONTROL_CHARACTERS, ' ', wp_strip_all_tags( $text ) );
		return trim( mb_strcut( mb_substr( $plain, 0, self::INSTRUCTIONS_CHARACTERS, 'UTF-8' ), 0, self::INSTRUCTIONS_BYTES, 'UTF-8' ) );
	}

	private static function instructions(): \Closure {
		$is_text = self::text( 0, self::INSTRUCTIONS_CHARACTERS );
		return static function ( mixed $value ) use ( $is_text ): string {
			$problem = $is_text( $value );
			return '' === $problem && self::cut_instructions( $value ) !== trim( $value ) ? __( 'Shorter, and without control characters.', 'aiguy' ) : $problem;
		};
	}

	private static function caps(): \Closure {
		return self::exactly(
			array(
				'guest_messages_day'    => self::whole( 0, 100000 ),
				'customer_messages_day' => self::whole( 0, 100000 ),
				'guest_cost_day_usd'    => self::amount(),
				'customer_cost_day_usd' => self::amount(),
				'at_cap'                => self::one_of( 'knowledge', 'contact', 'closed' ),
			)
		);
	}

	private static function amount(): \Closure {
		return self::is( static fn( mixed $value ): bool => ( is_int( $value ) || is_float( $value ) ) && $value >= 0 && $value <= 100000, __( 'An amount between 0 and 100,000.', 'aiguy' ) );
	}

	private static function hours( mixed $value ): string {
		$fits  = self::exactly( array( 'day' => self::whole( 1, 7 ), 'from' => self::pattern( self::CLOCK, __( 'A time such as 09:00.', 'aiguy' ) ), 'to' => self::pattern( self::CLOCK, __( 'A time such as 17:30.', 'aiguy' ) ) ) );
		$wrong = $fits( $value );
		return '' === $wrong && $value['from'] >= $value['to'] ? __( 'The hours end after they begin; hours beyond midnight are two entries.', 'aiguy' ) : $wrong;
	}

	private static function paths(): \Closure {
		return self::list_of( self::pattern( '#\A/[^\s?\#]{0,190}\z#', __( 'A path of this site such as /shop/*.', 'aiguy' ) ), 50 );
	}

	private static function text( int $min, int $max ): \Closure {
		/* translators: 1: smallest number, 2: largest number of characters. */
		$rule = sprintf( __( 'Between %1$d and %2$d characters, without HTML.', 'aiguy' ), $min, $max );
		$fits = static fn( mixed $value ): bool => is_string( $value ) && mb_check_encoding( $value, 'UTF-8' ) && mb_strlen( trim( $value ) ) >= $min && mb_strlen( $value ) <= $max && wp_strip_all_tags( $value, false ) === trim( $value );
		return self::is( $fits, $rule );
	}

	private static function whole( int $min, int $max ): \Closure {
		/* translators: 1: smallest number, 2: largest number. */
		return self::is( static fn( mixed $value ): bool => is_int( $value ) && $value >= $min && $value <= $max, sprintf( __( 'A whole number between %1$s and %2$s.', 'aiguy' ), number_format_i18n( $min ), number_format_i18n( $max ) ) );
	}

	private static function yes_no(): \Closure {
		return self::is( is_bool( ... ), __( 'Yes or no.', 'aiguy' ) );
	}

	private static function one_of( string ...$values ): \Closure {
		/* translators: %s: names, with commas between them. */
		return self::is( static fn( mixed $value ): bool => in_array( $value, $values, true ), sprintf( __( 'One of: %s.', 'aiguy' ), implode( ', ', $values ) ) );
	}

	private static function pattern( string $pattern, string $rule ): \Closure {
		return self::is( static fn( mixed $value ): bool => is_string( $value ) && 1 === preg_match( $pattern, $value ), $rule );
	}

	private static function is( \Closure $fits, string $rule ): \Closure {
		return static fn( mixed $value ): string => $fits( $value ) ? '' : $rule;
	}

	private static function list_of( \Closure $rule, int $max ): \Closure {
		return static function ( mixed $value ) use ( $rule, $max ): string {
			if ( ! is_array( $value ) || ! array_is_list( $value ) || count( $value ) > $max || count( $value ) !== count( array_unique( $value, SORT_REGULAR ) ) ) {
				/* translators: %d: a number. */
				return sprintf( __( 'A list of at most %d, each once.', 'aiguy' ), $max );
			}
			return (string) current( array_filter( array_map( $rule, $value ) ) );
		};
	}

	/** @param array<string, \Closure(mixed): string> $rules All fields are there and no others. */
	private static function exactly( array $rules ): \Closure {
		return static function ( mixed $value ) use ( $rules ): string {
			if ( ! is_array( $value ) || array() !== array_diff_key( $rules, $value ) || array() !== array_diff_key( $value, $rules ) ) {
				/* translators: %s: names, with commas between them. */
				return sprintf( __( 'Exactly these fields: %s.', 'aiguy' ), implode( ', ', array_keys( $rules ) ) );
			}
			foreach ( $rules as $name => $rule ) {
				$problem = $rule( $value[ $name ] );
				if ( '' !== $problem ) {
					return "$name: $problem";
				}
			}
			return '';
		};
	}
}
