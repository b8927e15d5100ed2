<?php
/**
 * Sends what waits, one item after the other, within a budget of time. An item that fails steps back; an agent that can't be reached ends the batch.
 */

declare(strict_types=1);

namespace Aiguy\Knowledge;

use Aiguy\Rest\Api_Exception;
use Aiguy\Staff\Staff_Client;
use Aiguy\Storage\Work_Lock;

final class Knowledge_Worker {

	/** As often an item may kill PHP, or throw, before it is left alone. */
	private const CRASHES_MAX = 3;
	/** What the services refuse for good; all else may go well later. */
	private const REFUSALS = array( 'invalid_request', 'payload_too_large' );

	public function __construct(
		private readonly Knowledge_Table $table,
		private readonly Work_Lock $lock,
		private readonly Eligibility $eligibility,
		private readonly Document_Renderer $renderer,
		private readonly Staff_Client $client,
	) {}

	/** @return array{busy: bool, done: int, problem: string} busy: another worker is at it; problem: why the batch ended early. */
	public function run( int $seconds ): array {
		$this->table->install();
		if ( ! $this->lock->acquire() ) {
			return array( 'busy' => true, 'done' => 0, 'problem' => '' );
		}
		// PHP that ends in the middle of an item lets go at once, where it still can.
		register_shutdown_function( $this->lock->release( ... ) );
		$until = time() + $seconds;
		$done  = 0;
		try {
			while ( time() < $until && $this->lock->renew() ) {
				$row = $this->table->next();
				if ( null === $row ) {
					break;
				}
				$this->work( $this->table->begin( $row ) );
				++$done;
			}
			return array( 'busy' => false, 'done' => $done, 'problem' => '' );
		} catch ( Api_Exception $exception ) {
			return array( 'busy' => false, 'done' => $done, 'problem' => self::words( $exception ) );
		} finally {
			$this->lock->release();
		}
	}

	/** @throws Api_Exception The agent can't be reached, or does not let this site in: no item would fare better. */
	private function work( Knowledge_Row $row ): void {
		try {
			'forgetting' === $row->state ? $this->forget( $row ) : $this->learn( $row );
		} catch ( Api_Exception $exception ) {
			if ( ! in_array( $exception->error_code, self::REFUSALS, true ) ) {
				$this->table->settle( $row, array( 'error' => self::words( $exception ) ) );
				throw $exception;
			}
			$this->fail( $row, self::words( $exception ) );
		} catch ( \Throwable $thrown ) {
			/* translators: %s: a technical message. */
			$this->fail( $row, sprintf( __( 'This page could not be drawn: %s', 'aiguy' ), $thrown->getMessage() ) );
		}
	}

	/** @throws Api_Exception */
	private function forget( Knowledge_Row $row ): void {
		$this->client->call( 'knowledge:write', 'DELETE', self::path( $row ) );
		$this->table->remove( $row );
	}

	/** @throws \Throwable */
	private function learn( Knowledge_Row $row ): void {
		// A batch takes seconds, in which others go on editing.
		wp_cache_delete( $row->id, 'posts' );
		wp_cache_delete( $row->id, 'post_meta' );
		wp_cache_delete_multiple( array( Choice::OPTION, 'alloptions', 'notoptions' ), 'options' );
		$post = get_post( $row->id );
		if ( ! $post instanceof \WP_Post || ! $this->eligibility->may_learn( $post ) ) {
			$this->table->forget( array( $row->id ) );
			return;
		}
		if ( $row->tried > self::CRASHES_MAX && '' === $row->error ) {
			$this->fail( $row, __( 'PHP broke off each time this page was drawn. Open it and look at the error log of the site.', 'aiguy' ) );
			return;
		}
		$document = $this->renderer->document( $post );
		if ( null === $document ) {
			$this->client->call( 'knowledge:write', 'DELETE', self::path( $row ) );
			$this->table->settle( $row, array( 'state' => 'empty', 'hash' => '', 'error' => '' ) );
			return;
		}
		$hash = hash( 'sha256', (string) wp_json_encode( $document ) );
		if ( $hash !== $row->hash ) {
			$this->client->call( 'knowledge:write', 'PUT', self::path( $row ), $document );
		}
		$this->table->settle( $row, array( 'state' => 'known', 'hash' => $hash, 'error' => '', 'updated' => time() ) );
	}

	private function fail( Knowledge_Row $row, string $error ): void {
		$this->table->settle( $row, array( 'state' => 'failed', 'hash' => '', 'error' => mb_substr( $error, 0, 300 ) ) );
	}

	/** All types share one space of ids. */
	private static function path( Knowledge_Row $row ): string {
		return "/staff/knowledge/documents/post-$row->id";
	}

	private static function words( Api_Exception $exception ): string {
		$body = $exception->answer['body'] ?? array();
		$rule = $body['details'][0]['rule'] ?? null;
		if ( is_string( $rule ) ) {
			/* translators: %s: why, as a technical message. */
			return mb_substr( sprintf( __( 'This page was refused: it %s.', 'aiguy' ), $rule ), 0, 300 );
		}
		return match ( $exception->error_code ) {
			'orchestrator_not_configured'         => __( 'The agent’s address is not set yet.', 'aiguy' ),
			'invalid_token', 'issuer_unavailable' => __( 'The agent does not know this site’s key. Test the connection in the settings.', 'aiguy' ),
			'insufficient_scope'                  => __( 'The agent does not let this site teach it. Its operator has to allow knowledge:read and knowledge:write.', 'aiguy' ),
			'payload_too_large'                   => __( 'This page is too long to be learnt.', 'aiguy' ),
			'rate_limited'                        => __( 'The agent asks for a pause; the rest follows by itself.', 'aiguy' ),
			default                               => __( 'The agent could not be reached; it is tried again by itself.', 'aiguy' ),
		};
	}
}
