<?php
/**
 * A chat session as its cookie carries it.
 */

declare(strict_types=1);

namespace Aiguy\Session;

final class Chat_Session {

	/** @param string $agent Id of the agent that the session belongs to; empty for the default one. */
	public function __construct( public readonly string $id, public readonly Visitor $visitor, public readonly string $agent = '' ) {}

	/** A session id is 192 random bits, made here; one that a client names counts only when the orchestrator says that it is this visitor's. */
	public static function start( Visitor $visitor, string $agent = '' ): self {
		return new self( Base64_Url::encode( random_bytes( 24 ) ), $visitor, $agent );
	}
}
