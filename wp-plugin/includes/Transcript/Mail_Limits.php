<?php
/**
 * How many mails a session, an address, a computer and the site may cause in an hour.
 */

declare(strict_types=1);

namespace Aiguy\Transcript;

use Aiguy\Rest\Api_Exception;
use Aiguy\Storage\Kept_Counts;

final class Mail_Limits {

	private const PER_HOUR = array( 'session' => 5, 'address' => 5, 'computer' => 20, 'site' => 200 );

	/** @param \Closure(): string $computer The address of the one who asks. */
	public function __construct( private readonly Kept_Counts $counts, private readonly \Closure $computer ) {}

	/** @throws Api_Exception rate_limited. */
	public function take( string $session_id, string $address ): void {
		foreach ( array( 'session' => $session_id, 'address' => strtolower( $address ), 'computer' => ( $this->computer )(), 'site' => '' ) as $kind => $name ) {
			$this->counts->take( "mails $kind $name", self::PER_HOUR[ $kind ], HOUR_IN_SECONDS );
		}
	}
}
