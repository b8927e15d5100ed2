<?php
/**
 * Signs visitor assertions, whose claims are those of VisitorAssertion in manifests/protocol/claims.json.
 */

declare(strict_types=1);

namespace Aiguy\Session;

final class Assertion_Signer {

	public const LIFETIME_SECONDS = 300;

	/** As tokens.ts of the manifests. */
	private const LENGTH_MAX = 8192;

	/**
	 * @param \Closure(): Ed25519_Key           $key    The key that signs now.
	 * @param \Closure(): string                $issuer The name of this site.
	 * @param \Closure(Visitor): list<string>   $scopes What the visitor's session may be used for.
	 * @param \Closure(string): array<string, mixed> $agent What the owner has set for the agent of that id: AgentSettings of claims.json.
	 * @param \Closure(Visitor): array<string, string> $network The claim that says where a guest comes from; may be empty.
	 * @param \Closure(): array<string, mixed> $client The claims that say which page, in which language, and which browser he writes from, and when his days begin; may be empty.
	 */
	public function __construct(
		private readonly \Closure $key,
		private readonly \Closure $issuer,
		private readonly \Closure $scopes,
		private readonly \Closure $agent,
		private readonly \Closure $network,
		private readonly \Closure $client,
	) {}

	/** @param int|null $now Seconds since the epoch; null for the clock. */
	public function sign( Chat_Session $session, ?int $now = null ): string {
		$now  ??= time();
		$claims = array(
			'iss'    => ( $this->issuer )(),
			'aud'    => 'orchestrator',
			'sub'    => $session->visitor->subject,
			'sid'    => $session->id,
			'scopes' => ( $this->scopes )( $session->visitor ),
			'agent'  => ( $this->agent )( $session->agent ),
			'jti'    => Base64_Url::encode( random_bytes( 16 ) ),
			'iat'    => $now,
			'exp'    => $now + self::LIFETIME_SECONDS,
		);
		$claims += ( $this->network )( $session->visitor );
		$signed  = fn( array $also ): string => Compact_Jwt::sign( ( $this->key )(), 'visitor-assertion+jwt', $claims + $also );
		$client  = ( $this->client )();
		$token   = $signed( $client );
		// With an agent that has much to say, a long address of the page is left out: it decides nothing.
		return strlen( $token ) <= self::LENGTH_MAX ? $token : $signed( array_diff_key( $client, array( 'client' => 0 ) ) );
	}
}
