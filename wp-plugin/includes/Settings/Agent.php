<?php
/**
 * One agent as typed, read-only values: how it looks and greets, what it may do, what it may cost. The fields have the names of the option and of the route.
 */

declare(strict_types=1);

namespace Aiguy\Settings;

final class Agent {

	/**
	 * @param string                                         $name          Empty for the usual word, in the language of whoever reads it; so is the greeting.
	 * @param list<string>                                   $suggested_questions
	 * @param 'inline'|'floating'|'both'                     $position
	 * @param string                                         $language      BCP 47; of answers where the visitor's own can't be told. Empty for the site's.
	 * @param list<array{day: int, from: string, to: string}> $opening_hours 1 is Monday; in the site's time zone; empty: as the tools API is configured.
	 * @param list<string>                                   $collections   Parts of the knowledge that it answers from; empty for all.
	 * @param list<string>                                   $tools_off
	 * @param list<string>                                   $tools_sign_in
	 * @param 'friendly'|'neutral'|'formal'                  $tone
	 * @param string                                         $instructions  What it should pay attention to, in the owner's words; read by models.
	 * @param string                                         $model         Empty for the orchestrator's own choice.
	 * @param array{guest_messages_day: int, customer_messages_day: int, guest_cost_day_usd: float|int, customer_cost_day_usd: float|int, at_cap: string} $caps Of one visitor; those of the whole site are Agents::limits().
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
		public readonly string $language,
		public readonly array $opening_hours,
		public readonly array $collections,
		public readonly array $tools_off,
		public readonly array $tools_sign_in,
		public readonly string $tone,
		public readonly string $instructions,
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
		$fields = Stored_Agents::agent( $fields );
		$valid  = array_diff_key( array_intersect_key( $fields, self::defaults() ), Agent_Rules::broken( $fields ) );
		return new self( ...array_merge( self::defaults(), $valid ) );
	}

	/**
	 * The one place of the defaults, but for the site's limits. At about a tenth of a US cent a message (claude-haiku-5-5), 30 messages are 3 cents a guest; the
	 * amounts stop what costs more than that.
	 *
	 * @return array<string, mixed>
	 */
	public static function defaults(): array {
		return array(
			'id'                  => Agents::FIRST,
			'name'                => '',
			'avatar'              => 0,
			'accent'              => '',
			'greeting'            => '',
			'suggested_questions' => array(),
			'position'            => 'both',
			'language'            => '',
			'opening_hours'       => array(),
			'collections'         => array(),
			'tools_off'           => array(),
			'tools_sign_in'       => array(),
			'tone'                => 'friendly',
			'instructions'        => '',
			'model'               => '',
			'caps'                => array( 'guest_messages_day' => 30, 'customer_messages_day' => 100, 'guest_cost_day_usd' => 0.25, 'customer_cost_day_usd' => 1, 'at_cap' => 'knowledge' ),
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

	/**
	 * @param array{site_messages_day: int, site_cost_day_usd: float|int, site_cost_month_usd: float|int|null} $limits Of the whole site.
	 * @return array<string, mixed> AgentSettings of manifests/protocol/claims.json.
	 */
	public function claim( array $limits ): array {
		$said = array( 'name' => $this->name_text(), 'instructions' => $this->instructions_text(), 'model' => $this->model, 'language' => $this->language ?: self::site_language() );
		return array( 'id' => $this->id ) + array_filter( $said, static fn( string $value ): bool => '' !== $value ) + array(
			'tone'           => $this->tone,
			'tools_off'      => $this->tools_off,
			'tools_sign_in'  => $this->tools_sign_in,
			'caps'           => $this->caps + array_filter( $limits, static fn( mixed $limit ): bool => null !== $limit ),
			'retention_days' => $this->retention_days,
		) + ( array() === $this->collections ? array() : array( 'collections' => $this->collections ) )
			+ ( array() === $this->opening_hours ? array() : array( 'opening_hours' => array( 'hours' => $this->hours_text(), 'time_zone' => wp_timezone_string() ) ) );
	}

	private function instructions_text(): string {
		/**
		 * Filters what an agent should pay attention to, before it is signed; what is too long is cut.
		 *
		 * @since 0.1.0
		 *
		 * @param string $instructions As the owner wrote it; empty for nothing.
		 * @param string $agent        Id of the agent.
		 */
		$said = apply_filters( 'aiguy_agent_instructions', $this->instructions, $this->id );
		return Agent_Rules::cut_instructions( is_string( $said ) ? $said : $this->instructions );
	}

	/** In the words of the tools API's OPENING_HOURS. No clock of a form has 24:00: until 23:59 is until midnight. */
	private function hours_text(): string {
		$days = array( 1 => 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun' );
		$said = static fn( array $one ): string => "{$days[ $one['day'] ]} {$one['from']}-" . ( '23:59' === $one['to'] ? '24:00' : $one['to'] );
		return implode( ', ', array_map( $said, $this->opening_hours ) );
	}

	/** As BCP 47: language and country, without a variant such as «formal». */
	private static function site_language(): string {
		$code = implode( '-', array_slice( explode( '_', get_locale() ), 0, 2 ) );
		return 1 === preg_match( '/\A[a-z]{2,3}(-[A-Za-z0-9]{2,8})?\z/', $code ) ? $code : '';
	}

	public function name_text(): string {
		return self::own( $this->name ) ?: __( 'Support', 'aiguy' );
	}

	public function greeting_text(): string {
		return self::own( $this->greeting ) ?: __( 'Hello! How can we help?', 'aiguy' );
	}

	/** @return list<string> */
	public function questions_text(): array {
		return array_map( self::own( ... ), $this->suggested_questions );
	}

	/** The sentence before the first message; empty where the owner wants none. */
	public function disclosure_text(): string {
		return $this->disclosure['on'] ? ( self::own( $this->disclosure['text'] ) ?: __( 'You are chatting with an automated assistant.', 'aiguy' ) ) : '';
	}

	public function consent_text(): string {
		return self::own( $this->consent['text'] ) ?: __( 'To answer you, this chat stores what you write and sets a cookie.', 'aiguy' );
	}

	/** @return array<string, string> What the owner wrote himself, by what it is. */
	public function own_texts(): array {
		$texts = array( 'name' => $this->name, 'greeting' => $this->greeting, 'disclosure' => $this->disclosure['text'], 'consent' => $this->consent['text'] );
		foreach ( $this->suggested_questions as $index => $question ) {
			$texts[ 'question ' . ( $index + 1 ) ] = $question;
		}
		return array_filter( $texts, static fn( string $text ): bool => '' !== trim( $text ) );
	}

	private static function own( string $text ): string {
		if ( '' === trim( $text ) ) {
			return '';
		}
		/**
		 * Filters a text that the owner wrote for an agent, where visitors see it; for translations.
		 *
		 * @since 0.1.0
		 *
		 * @param string $text Name, greeting, question, disclosure or consent; as it was written.
		 */
		$shown = apply_filters( 'aiguy_own_text', $text );
		return is_string( $shown ) ? $shown : $text;
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
