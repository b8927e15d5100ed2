<?php
/**
 * One agent as typed, read-only values: how it looks and greets, what it may do, what it may cost. The fields have the names of the option and of the route.
 */

declare(strict_types=1);

namespace Aiguy\Settings;

final class Agent {

	/**
	 * @param list<string>                                   $suggested_questions
	 * @param 'inline'|'floating'|'both'                     $position
	 * @param list<string>                                   $languages     BCP 47; answers are in the first where the visitor's own can't be told.
	 * @param list<array{day: int, from: string, to: string}> $opening_hours 1 is Monday; in the site's time zone; empty: as the tools API is configured.
	 * @param list<string>                                   $collections   Parts of the knowledge that it answers from; empty for all.
	 * @param list<string>                                   $tools_off
	 * @param list<string>                                   $tools_sign_in
	 * @param 'friendly'|'neutral'|'formal'                  $tone
	 * @param string                                         $model         Empty for the orchestrator's own choice.
	 * @param array{guest_messages_day: int, customer_messages_day: int, site_messages_day: int, site_cost_day_usd: float|int, at_cap: string} $caps
	 * @param array{on: bool, text: string}                  $disclosure    That a machine answers; an empty text is the usual sentence.
	 * @param array{on: bool, text: string}                  $consent       Asked for before the first message.
	 * @param array{on: bool, include: list<string>, exclude: list<string>} $everywhere Paths of pages; a star stands for anything.
	 */
	private function __construct(
		public readonly string $id,
		public readonly string $name,
		public readonly int $avatar,
		public readonly string $accent,
		public readonly string $greeting,
		public readonly array $suggested_questions,
		public readonly string $position,
		public readonly array $languages,
		public readonly array $opening_hours,
		public readonly array $collections,
		public readonly array $tools_off,
		public readonly array $tools_sign_in,
		public readonly string $tone,
		public readonly string $model,
		public readonly array $caps,
		public readonly int $retention_days,
		public readonly array $disclosure,
		public readonly array $consent,
		public readonly bool $privacy_link,
		public readonly array $everywhere,
	) {}

	/** @param array<string, mixed> $fields What was stored; a field that is missing or no longer valid has its default. */
	public static function of( array $fields ): self {
		$valid = array_diff_key( array_intersect_key( $fields, self::defaults() ), Agent_Rules::broken( $fields ) );
		return new self( ...array_merge( self::defaults(), $valid ) );
	}

	/**
	 * The one place of the defaults. At about a tenth of a US cent a message (claude-haiku-5-5), 30 messages are 3 cents a guest, and 1,000 a dollar a day; the
	 * five dollars stop what costs more than that.
	 *
	 * @return array<string, mixed>
	 */
	public static function defaults(): array {
		return array(
			'id'                  => Agents::FIRST,
			'name'                => __( 'Support', 'aiguy' ),
			'avatar'              => 0,
			'accent'              => '',
			'greeting'            => __( 'Hello! How can we help?', 'aiguy' ),
			'suggested_questions' => array(),
			'position'            => 'both',
			'languages'           => array(),
			'opening_hours'       => array(),
			'collections'         => array(),
			'tools_off'           => array(),
			'tools_sign_in'       => array(),
			'tone'                => 'friendly',
			'model'               => '',
			'caps'                => array( 'guest_messages_day' => 30, 'customer_messages_day' => 100, 'site_messages_day' => 1000, 'site_cost_day_usd' => 5, 'at_cap' => 'knowledge' ),
			'retention_days'      => 30,
			'disclosure'          => array( 'on' => true, 'text' => '' ),
			'consent'             => array( 'on' => false, 'text' => '' ),
			'privacy_link'        => true,
			'everywhere'          => array( 'on' => false, 'include' => array(), 'exclude' => array() ),
		);
	}

	/** @return array<string, mixed> */
	public function fields(): array {
		return get_object_vars( $this );
	}

	/** @return array<string, mixed> AgentSettings of manifests/protocol/claims.json. */
	public function claim(): array {
		$said = array( 'name' => $this->name, 'model' => $this->model, 'language' => $this->languages[0] ?? '' );
		return array( 'id' => $this->id ) + array_filter( $said, static fn( string $value ): bool => '' !== $value ) + array(
			'tone'           => $this->tone,
			'tools_off'      => $this->tools_off,
			'tools_sign_in'  => $this->tools_sign_in,
			'caps'           => $this->caps,
			'retention_days' => $this->retention_days,
		) + ( array() === $this->collections ? array() : array( 'collections' => $this->collections ) )
			+ ( array() === $this->opening_hours ? array() : array( 'opening_hours' => array( 'hours' => $this->hours_text(), 'time_zone' => wp_timezone_string() ) ) );
	}

	/** In the words of the tools API's OPENING_HOURS. No clock of a form has 24:00: until 23:59 is until midnight. */
	private function hours_text(): string {
		$days = array( 1 => 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun' );
		$said = static fn( array $one ): string => "{$days[ $one['day'] ]} {$one['from']}-" . ( '23:59' === $one['to'] ? '24:00' : $one['to'] );
		return implode( ', ', array_map( $said, $this->opening_hours ) );
	}

	/** The sentence before the first message; empty where the owner wants none. */
	public function disclosure_text(): string {
		return $this->disclosure['on'] ? ( $this->disclosure['text'] ?: __( 'You are chatting with an automated assistant.', 'aiguy' ) ) : '';
	}

	public function consent_text(): string {
		return $this->consent['text'] ?: __( 'To answer you, this chat stores what you write and sets a cookie.', 'aiguy' );
	}

	/** Black or white, whichever is easier to read on the accent colour: one of them always has the 4.5 : 1 of WCAG AA. Empty without an accent colour. */
	public function on_accent(): string {
		if ( '' === $this->accent ) {
			return '';
		}
		$linear = static function ( string $hex ): float {
			$part = hexdec( $hex ) / 255;
			return $part <= 0.04045 ? $part / 12.92 : ( ( $part + 0.055 ) / 1.055 ) ** 2.4;
		};
		list( $red, $green, $blue ) = array_map( $linear, str_split( substr( $this->accent, 1 ), 2 ) );
		$luminance                  = 0.2126 * $red + 0.7152 * $green + 0.0722 * $blue;
		return 1.05 / ( $luminance + 0.05 ) >= 4.5 ? '#ffffff' : '#000000';
	}
}
