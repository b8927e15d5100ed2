<?php
/**
 * What the connection test found, in words that tell the owner what to do.
 */

declare(strict_types=1);

namespace Aiguy\Settings;

final class Connection_Report {

	/** The services tolerate this much between two clocks. */
	private const CLOCK_SKEW_SECONDS_MAX = 30;

	/** @param string $problem A fixed name, empty when all is well. */
	private function __construct( public readonly string $problem, public readonly string $message ) {}

	public static function not_configured(): self {
		return new self( 'not_configured', __( 'Enter the address of the chat service and save it first.', 'aiguy' ) );
	}

	public static function no_key(): self {
		return new self( 'signing_key', __( 'The signing key is not the base64 of 32 bytes. Correct the constant AIGUY_SIGNING_KEY, or replace the key below where there is no such constant.', 'aiguy' ) );
	}

	/** @param string $reason What the WordPress HTTP API says; with cURL it begins with «cURL error N:». */
	public static function unreachable( string $reason ): self {
		$number = preg_match( '/\AcURL error (\d+)/', $reason, $match ) ? (int) $match[1] : 0;
		return match ( true ) {
			6 === $number                                                  => new self( 'dns', __( 'The name in the address could not be resolved. Check its spelling and this server’s DNS.', 'aiguy' ) ),
			7 === $number                                                  => new self( 'refused', __( 'Nothing accepts connections at this address. Is the chat service running, and is the port right?', 'aiguy' ) ),
			28 === $number                                                 => new self( 'timeout', __( 'The chat service did not answer in time. A firewall between the servers is a common cause.', 'aiguy' ) ),
			in_array( $number, array( 35, 51, 53, 58, 60, 77, 91 ), true ) => new self( 'tls', __( 'The encrypted connection failed: the certificate is not valid for this address or not trusted here, or the address speaks http and not https.', 'aiguy' ) ),
			3 === $number || str_contains( $reason, 'valid URL' )          => new self( 'not_a_url', __( 'This is not a complete address; it begins with https:// or http://.', 'aiguy' ) ),
			default                                                        => new self( 'unreachable', __( 'The chat service could not be reached.', 'aiguy' ) . ' ' . $reason ),
		};
	}

	/**
	 * @param Connection_Answer $ready What /readyz says.
	 * @param Connection_Answer $known What a request with this site's signature gets.
	 * @param int               $now   Seconds since the epoch.
	 */
	public static function judge( Connection_Answer $ready, Connection_Answer $known, int $now ): self {
		if ( 'orchestrator' !== $ready->field( 'service' ) ) {
			return match ( true ) {
				'database_unavailable' === $ready->field( 'code' ) => new self( 'database', __( 'The chat service answers, but its database does not.', 'aiguy' ) ),
				$ready->status >= 300 && $ready->status < 400      => new self( 'redirect', __( 'This address leads on to another one. Enter the one it leads to: signatures are never sent after a redirect.', 'aiguy' ) ),
				default                                            => new self( 'not_an_orchestrator', __( 'Something answers at this address, but it is not an AIGuy chat service.', 'aiguy' ) ),
			};
		}
		$skew = null === $ready->date ? 0 : abs( $now - $ready->date );
		if ( $skew > self::CLOCK_SKEW_SECONDS_MAX ) {
			/* translators: %d: number of seconds. */
			return new self( 'clock', sprintf( __( 'The clocks of this server and of the chat service differ by %d seconds; signatures are refused beyond 30. Set both by NTP.', 'aiguy' ), $skew ) );
		}
		return match ( true ) {
			200 === $known->status || 'not_found' === $known->field( 'code' ) => new self( '', __( 'Connected: the chat service answers and knows this site’s key.', 'aiguy' ) ),
			'invalid_token' === $known->field( 'code' )                       => new self( 'key_unknown', __( 'The chat service answers, but does not know this site’s key. Pair the site in the set-up, or have the entry for the chat service (AIGuy → Connection) copied anew, and see that it can reach the key address.', 'aiguy' ) ),
			/* translators: 1: a status number, 2: an error code. */
			default                                                           => new self( 'refused_request', sprintf( __( 'The chat service answers, but refused the request (%1$d %2$s).', 'aiguy' ), $known->status, $known->field( 'code' ) ) ),
		};
	}

	/**
	 * The two belong together when their first numbers agree, and before 1.0 the first two.
	 *
	 * @param Connection_Answer $site What the orchestrator says of itself to the site's people.
	 */
	public static function judge_version( Connection_Answer $site, string $own ): self {
		if ( 'insufficient_scope' === $site->field( 'code' ) || 'invalid_token' === $site->field( 'code' ) ) {
			return new self( 'staff_unknown', __( 'The chat service answers this site’s visitors, but not the people who work here. Pair the site again in the set-up, or have the entry for the chat service (AIGuy → Connection) copied anew.', 'aiguy' ) );
		}
		$part  = static fn( string $version ): string => implode( '.', array_slice( explode( '.', $version ), 0, str_starts_with( $version, '0.' ) ? 2 : 1 ) );
		$other = 200 === $site->status ? $site->field( 'version' ) : '';
		if ( $part( $other ) !== $part( $own ) ) {
			/* translators: 1: version of the orchestrator, 2: version of the plugin. */
			return new self( 'version', sprintf( __( 'The chat service is version %1$s and this plugin %2$s; they don’t fit. Update the older one.', 'aiguy' ), '' === $other ? __( '(unknown)', 'aiguy' ) : $other, $own ) );
		}
		return new self( '', __( 'Connected: the chat service answers and knows this site’s key.', 'aiguy' ) );
	}
}
