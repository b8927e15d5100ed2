<?php
/**
 * A request to the orchestrator, ready to be sent.
 */

declare(strict_types=1);

namespace Aiguy\Chat;

final class Upstream_Request {

	/** @param array<string, string> $headers */
	public function __construct(
		public readonly string $method,
		public readonly string $url,
		public readonly array $headers,
		public readonly ?string $body,
	) {}

	public function wants_stream(): bool {
		return str_starts_with( $this->headers['Accept'] ?? '', 'text/event-stream' );
	}

	/** The same, without waiting for an event. */
	public function at_once(): self {
		return new self( $this->method, (string) preg_replace( '/([?&]wait=)\d+/', '${1}0', $this->url ), $this->headers, $this->body );
	}

	/** The same, answered by a stream. */
	public function as_stream(): self {
		return new self( $this->method, $this->url, array( 'Accept' => 'text/event-stream' ) + $this->headers, $this->body );
	}

	/**
	 * Arguments for the WordPress HTTP API: redirects are never followed (the assertion must not leave), TLS is verified.
	 *
	 * @return array<string, mixed>
	 */
	public function arguments( int $timeout_seconds, int $body_bytes_max ): array {
		return array(
			'method'              => $this->method,
			'headers'             => $this->headers + array( 'Accept-Encoding' => 'identity' ),
			'body'                => $this->body,
			'timeout'             => $timeout_seconds,
			'redirection'         => 0,
			'httpversion'         => '1.1',
			'decompress'          => false,
			'limit_response_size' => $body_bytes_max,
		);
	}
}
