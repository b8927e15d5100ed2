<?php
/**
 * What is kept of somebody, and having it erased: the orchestrator's own rows and, through it, those of the tools API; here, mails that wait for the mail server.
 */

declare(strict_types=1);

namespace Aiguy\Privacy;

use Aiguy\Rest\Api_Exception;
use Aiguy\Staff\Staff_Client;
use Aiguy\Transcript\Unsent_Mails;

final class Personal_Data {

	private const SCOPE = 'privacy:write';

	/** An erasure asks again while there is more, fifty conversations at a time. */
	private const ROUNDS_MAX = 200;

	public function __construct( private readonly Staff_Client $client, private readonly Unsent_Mails $mails ) {}

	/**
	 * What is kept in WordPress itself.
	 *
	 * @param int    $user  0 for nobody.
	 * @param string $email Empty for none.
	 * @return list<array{kind: string, id: string, fields: list<array{name: string, value: string}>}>
	 */
	public function kept_here( int $user, string $email ): array {
		return $this->mails->records( $user, $email );
	}

	/** Erases what is kept in WordPress itself. */
	public function erase_here( int $user, string $email ): Erasure {
		return new Erasure( array_filter( array( 'unsent_mails' => $this->mails->erase( $user, $email ) ) ) );
	}

	/**
	 * One page of what is kept.
	 *
	 * @param int    $user  0 for nobody.
	 * @param string $email An address that guests may have given with a ticket; empty for none.
	 * @return array{records: list<array{kind: string, id: string, fields: list<array{name: string, value: string}>}>, cursor: ?string}
	 * @throws Api_Exception
	 */
	public function page( int $user, string $email, ?string $cursor ): array {
		$body = self::whose( $user, $email ) + ( null === $cursor ? array() : array( 'cursor' => $cursor ) );
		$page = $this->client->call( self::SCOPE, 'POST', '/staff/privacy/export', $body );
		$here = null === $cursor ? $this->kept_here( $user, $email ) : array();
		return array( 'records' => array( ...$here, ...array_values( (array) ( $page['records'] ?? array() ) ) ), 'cursor' => $page['cursor'] ?? null );
	}

	/**
	 * Erases all that can be erased now.
	 *
	 * @throws Api_Exception When not all of it was reached; asking again goes on.
	 */
	public function erase( int $user, string $email ): Erasure {
		/**
		 * Fires before somebody's data is erased in the services.
		 *
		 * @since 0.1.0
		 *
		 * @param int    $user  0 for nobody.
		 * @param string $email Empty for none.
		 */
		do_action( 'aiguy_before_erase', $user, $email );
		$erasure = $this->erase_here( $user, $email );
		for ( $round = 0; $round < self::ROUNDS_MAX; $round++ ) {
			$answer  = $this->client->call( self::SCOPE, 'POST', '/staff/privacy/erase', self::whose( $user, $email ) );
			$erasure = $erasure->with( $answer );
			if ( true === ( $answer['done'] ?? false ) ) {
				break;
			}
		}
		/**
		 * Fires when somebody's data was erased in the services.
		 *
		 * @since 0.1.0
		 *
		 * @param int                $user   0 for nobody.
		 * @param array<string, int> $erased Rows by what they were.
		 */
		do_action( 'aiguy_after_erase', $user, $erasure->erased );
		return $erasure;
	}

	/** @return array{subject?: string, email?: string} */
	private static function whose( int $user, string $email ): array {
		return ( $user > 0 ? array( 'subject' => 'wp:' . get_current_blog_id() . ':' . $user ) : array() ) + ( '' === $email ? array() : array( 'email' => $email ) );
	}
}
