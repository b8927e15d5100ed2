<?php
/**
 * What a site may say of the chat in its privacy policy; the owner changes it to what is true for him.
 */

declare(strict_types=1);

namespace Aiguy\Privacy;

final class Policy_Text {

	/** @param int $days How long the owner has conversations kept. */
	public static function html( int $days ): string {
		$paragraphs = array(
			__( 'Our support chat is answered by an automated assistant (AI). It answers from our own help pages and, for customers who are signed in, looks up their own orders.', 'aiguy' ),
			__( 'When you open the chat, a cookie keeps your conversation together; it lives as long as the conversation and is not used for advertising. If you never open the chat, none is set.', 'aiguy' ),
			__( 'We keep what you write, the page on which you began and the name of your browser, the answers, what was looked up or changed for you, tickets that you open and, if you are signed in, what you asked us to remember. Guests are kept under a random number that leads to no name or address. What you type into a form, such as an e-mail address that proves an order is yours, goes to the shop to be checked and is not kept; the address that you leave with a ticket is kept with the ticket.', 'aiguy' ),
			__( 'If you have a conversation mailed to you, your address is used for that. Should our mail server not take the mail, address and text are kept for up to an hour to try again; if that does not succeed, the time and a shortened form of the address stay for a week, so that we notice.', 'aiguy' ),
			__( 'To write answers, your messages may be sent to a provider of language models: [name the provider, its country and its own policy here]. [Leave this paragraph out if your assistant works without one.]', 'aiguy' ),
			__( 'While you type, the beginning of your question may be sent to us to suggest articles. It is not kept. [Leave this out if you have switched suggestions off.]', 'aiguy' ),
			/* translators: %s: a number. */
			sprintf( _n( 'Conversations are deleted after %s day without activity.', 'Conversations are deleted after %s days without activity.', $days, 'aiguy' ), number_format_i18n( $days ) ) . ' ' . __( 'A security record of which functions were used stays longer; it holds coded numbers instead of names, and nothing that was said.', 'aiguy' ),
			__( 'You can ask us for a copy of your data or to have it erased. Both cover the chat. Orders and invoices are kept by the shop as the law asks.', 'aiguy' ),
		);
		return '<div class="wp-suggested-text"><h2>' . esc_html__( 'Support chat', 'aiguy' ) . '</h2><p class="privacy-policy-tutorial">' . esc_html__( 'Put in your own facts where there are square brackets.', 'aiguy' ) . '</p><p>' . implode( '</p><p>', array_map( esc_html( ... ), $paragraphs ) ) . '</p></div>';
	}
}
