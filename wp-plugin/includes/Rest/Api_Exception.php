<?php
/**
 * Carries a code of the error table; Error_Response makes an answer of it.
 */

declare(strict_types=1);

namespace Aiguy\Rest;

final class Api_Exception extends \RuntimeException {

	public function __construct( public readonly string $error_code, ?\Throwable $previous = null ) {
		parent::__construct( $error_code, 0, $previous );
	}
}
