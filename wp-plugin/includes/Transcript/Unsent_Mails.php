<?php
/**
 * Conversations that a visitor has mailed to himself and that the mail server did not take: tried again for an hour in growing pauses, then given up.
 *
 * There are two rows of each. The one with address and text is gone after the hour, or as soon as the mail is sent or given up; the other, which says how far
 * it is and to whom only in short, tells the owner for a week of what was given up. A mail whose text is gone is given up, whatever became of WP-Cron.
 */

declare(strict_types=1);

namespace Aiguy\Transcript;

use Aiguy\Inbox\Alert_Watch;
use Aiguy\Storage\Kept_Rows;
use Aiguy\Storage\Work_Lock;

final class Unsent_Mails {

	private const KIND          = 'unsent';
	private const KEPT_SECONDS  = HOUR_IN_SECONDS;
	private const KNOWN_SECONDS = WEEK_IN_SECONDS;

	/** Before each further try; with all of the jitter, and a WP-Cron that looks only every five minutes, they fit into the hour. */
	private const PAUSES_SECONDS = array( 60, 180, 480, 1200 );
	private const JITTER_PERCENT = 20;

	private const WAITING_MAX = 50;
	private const KNOWN_MAX   = 200;
	private const BYTES_MAX   = 786432;

	/** One look takes no longer, but for the mail it is at; the next one goes on. */
	private const LOOK_SECONDS = 30;

	public function __construct( private readonly string $file, private readonly Kept_Rows $rows, private readonly Work_Lock $lock ) {}

	public function add_hooks(): void {
		// After the alerts, for which a person waits.
		add_action( Alert_Watch::HOOK, $this->look( ... ), 20 );
		register_deactivation_hook( $this->file, $this->give_up( ... ) );
	}

	/**
	 * One of a conversation for an address: a later one takes the place of an earlier one.
	 *
	 * @param string $shown The address in short.
	 * @param int    $user  0 for a guest.
	 * @return bool False when it is too long, or too many are waiting.
	 */
	public function keep( string $session_id, string $shown, int $user, Transcript_Mail $mail ): bool {
		$id = $this->id( $session_id, $mail->to );
		if ( strlen( (string) wp_json_encode( $mail->fields() ) ) > self::BYTES_MAX || count( $this->waiting() ) >= self::WAITING_MAX ) {
			return false;
		}
		foreach ( array_slice( $this->states(), self::KNOWN_MAX - 1 ) as $oldest ) {
			$this->forget( (string) $oldest['id'] );
		}
		Alert_Watch::plan();
		$state = array( 'id' => $id, 'shown' => $shown, 'user' => $user, 'whose' => $this->whose( $mail->to ), 'since' => time(), 'tries' => 1, 'next' => time() + self::pause( 1 ) );
		return $this->rows->put( self::text( $id ), $mail->fields(), time() + self::KEPT_SECONDS ) && $this->rows->put( self::state( $id ), $state, time() + self::KNOWN_SECONDS );
	}

	/** What waits of a conversation for an address. */
	public function forget_of( string $session_id, string $address ): void {
		$this->forget( $this->id( $session_id, $address ) );
	}

	/**
	 * What waits, and what was given up, of a user or for an address.
	 *
	 * @param int    $user  0 for nobody.
	 * @param string $email Empty for none.
	 * @return int How many they were.
	 */
	public function erase( int $user, string $email ): int {
		$own = $this->of( $user, $email );
		foreach ( $own as $state ) {
			$this->forget( (string) $state['id'] );
		}
		return count( $own );
	}

	/**
	 * What is kept of a user or for an address, as the privacy tools tell it.
	 *
	 * @param int    $user  0 for nobody.
	 * @param string $email Empty for none.
	 * @return list<array{kind: string, id: string, fields: list<array{name: string, value: string}>}>
	 */
	public function records( int $user, string $email ): array {
		return array_map( $this->record( ... ), $this->of( $user, $email ) );
	}

	/** @return list<array{shown: string, since: int}> Those that are tried again. */
	public function waiting(): array {
		return array_values( array_filter( $this->states(), $this->is_waiting( ... ) ) );
	}

	/** @return list<array{shown: string, since: int}> Those of the last week that were never sent. */
	public function given_up(): array {
		return array_values( array_filter( $this->states(), fn( array $state ): bool => ! $this->is_waiting( $state ) ) );
	}

	private function look(): void {
		$this->rows->sweep();
		$due = array_filter( $this->rows->all( self::KIND, time() ), static fn( string $row ): bool => self::is_due( Kept_Rows::fields( $row ) ) );
		try {
			$until = time() + self::LOOK_SECONDS;
			if ( array() === $due || ! $this->lock->acquire() ) {
				return;
			}
			foreach ( $due as $row ) {
				if ( time() > $until || ! $this->lock->renew() ) {
					return;
				}
				$this->attempt( $row );
			}
		} finally {
			$this->lock->release();
		}
	}

	private function attempt( string $row ): void {
		$state   = Kept_Rows::fields( $row );
		$id      = (string) $state['id'];
		$tries   = (int) $state['tries'] + 1;
		$is_last = ! isset( self::PAUSES_SECONDS[ $tries - 1 ] );
		// Counted before it is made, from what was read: one that dies with PHP is not tried for ever, and one that another has tried, sent or erased is left.
		if ( ! $this->rows->replace( self::state( $id ), $row, array( 'tries' => $tries, 'next' => $is_last ? 0 : time() + self::pause( $tries ) ) + $state ) ) {
			return;
		}
		$text = $this->rows->read( self::text( $id ), time() );
		if ( null !== $text && Transcript_Mail::from( Kept_Rows::fields( $text ) )->send() ) {
			$this->forget( $id );
		} elseif ( $is_last ) {
			$this->rows->forget( self::text( $id ) );
		}
	}

	/** Nobody would take the addresses away after their hour. */
	private function give_up(): void {
		foreach ( $this->states() as $state ) {
			$this->rows->forget( self::text( (string) $state['id'] ) );
		}
	}

	private function forget( string $id ): void {
		// The text first: whoever is about to send it reads it last.
		$this->rows->forget( self::text( $id ) );
		$this->rows->forget( self::state( $id ) );
	}

	/** @return list<array<string, mixed>> */
	private function states(): array {
		return array_map( Kept_Rows::fields( ... ), $this->rows->all( self::KIND, time() ) );
	}

	/** @return list<array<string, mixed>> */
	private function of( int $user, string $email ): array {
		$whose = '' === $email ? '' : $this->whose( $email );
		return array_values( array_filter( $this->states(), static fn( array $state ): bool => ( $user > 0 && $user === $state['user'] ) || $whose === $state['whose'] ) );
	}

	/**
	 * @param array<string, mixed> $state
	 * @return array{kind: string, id: string, fields: list<array{name: string, value: string}>}
	 */
	private function record( array $state ): array {
		$text   = $this->rows->read( self::text( (string) $state['id'] ), time() );
		$mail   = null === $text ? null : Transcript_Mail::from( Kept_Rows::fields( $text ) );
		$values = array( 'to' => $mail->to ?? (string) $state['shown'], 'asked_at' => gmdate( 'c', (int) $state['since'] ), 'tries' => (string) $state['tries'], 'text' => $mail->text ?? '' );
		return array(
			'kind'   => 'unsent_mails',
			'id'     => substr( (string) $state['id'], 0, 12 ),
			'fields' => array_map( static fn( string $name, string $value ): array => array( 'name' => $name, 'value' => $value ), array_keys( $values ), $values ),
		);
	}

	/** @param array<string, mixed> $state */
	private function is_waiting( array $state ): bool {
		return $state['next'] > 0 && $state['since'] + self::KEPT_SECONDS > time() && null !== $this->rows->read( self::text( (string) $state['id'] ), time() );
	}

	/** @param array<string, mixed> $state */
	private static function is_due( array $state ): bool {
		return $state['next'] > 0 && $state['next'] <= time() && $state['since'] + self::KEPT_SECONDS > time();
	}

	/** @param int $tries How many were made. */
	private static function pause( int $tries ): int {
		return (int) round( self::PAUSES_SECONDS[ $tries - 1 ] * ( 100 + random_int( -self::JITTER_PERCENT, self::JITTER_PERCENT ) ) / 100 );
	}

	private function id( string $session_id, string $address ): string {
		return $this->rows->digest( "unsent $session_id " . strtolower( $address ) );
	}

	private function whose( string $address ): string {
		return $this->rows->digest( 'address ' . strtolower( $address ) );
	}

	private static function state( string $id ): string {
		return self::KIND . "/$id";
	}

	private static function text( string $id ): string {
		return "unsent text $id";
	}
}
