<?php
/**
 * Carries a code of the error table; Error_Response makes an answer of it.
 */

declare(strict_types=1);

namespace Aiguy\Rest;

final class Api_Exception extends \RuntimeException {

	/** @param array{status: int, body: array<string, mixed>}|null $answer What is passed on instead of our own words. */
	public function __construct( public readonly string $error_code, ?\Throwable $previous = null, public readonly ?array $answer = null ) {
		parent::__construct( $error_code, 0, $previous );
	}

	/** @param array<string, mixed> $body An error body of the orchestrator, as Error_Response::passed_on() gives it. */
	public static function passed_on( array $body, int $status ): self {
		return new self( (string) $body['code'], null, array( 'status' => $status, 'body' => $body ) );
	}
}
