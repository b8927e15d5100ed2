<?php
/**
 * A conversation as a mail: finished, so that it can be sent again when nobody is there any more for whom the orchestrator would give it out.
 */

declare(strict_types=1);

namespace Aiguy\Transcript;

final class Transcript_Mail {

	/** A mail server that says nothing may hold whoever waits for it no longer. */
	private const TIMEOUT_SECONDS = 15;

	public function __construct( public readonly string $to, private readonly string $subject, private readonly string $html, public readonly string $text ) {}

	/** @param array<string, mixed> $fields What fields() gave. */
	public static function from( array $fields ): self {
		return new self( (string) ( $fields['to'] ?? '' ), (string) ( $fields['subject'] ?? '' ), (string) ( $fields['html'] ?? '' ), (string) ( $fields['text'] ?? '' ) );
	}

	/** @return array<string, string> */
	public function fields(): array {
		return array( 'to' => $this->to, 'subject' => $this->subject, 'html' => $this->html, 'text' => $this->text );
	}

	public function send(): bool {
		$timeouts = array();
		$prepare  = function ( object $mailer ) use ( &$timeouts ): void {
			$timeouts[]      = array( $mailer, $mailer->Timeout );
			$mailer->AltBody = $this->text;
			$mailer->Timeout = min( $mailer->Timeout, self::TIMEOUT_SECONDS );
		};
		add_action( 'phpmailer_init', $prepare );
		try {
			return wp_mail( $this->to, $this->subject, $this->html, array( 'Content-Type: text/html; charset=UTF-8' ) );
		} finally {
			remove_action( 'phpmailer_init', $prepare );
			foreach ( $timeouts as list( $mailer, $seconds ) ) {
				$mailer->Timeout = $seconds;
			}
		}
	}
}
