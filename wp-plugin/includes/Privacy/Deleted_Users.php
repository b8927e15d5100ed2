<?php
/**
 * When a user is deleted in WordPress, his conversations and what the tools keep of him are erased too: behind the request, and again until it has been done.
 */

declare(strict_types=1);

namespace Aiguy\Privacy;

use Aiguy\Rest\Api_Exception;
use Aiguy\Settings\Settings;

final class Deleted_Users {

	public const HOOK = 'aiguy_erase_user';

	private const TRIES_MAX = 48;

	public function __construct( private readonly Personal_Data $data, private readonly Settings $settings ) {}

	public function add_hooks(): void {
		add_action( 'deleted_user', $this->plan( ... ) );
		add_action( 'wpmu_delete_user', $this->plan_everywhere( ... ) );
		add_action( self::HOOK, $this->erase( ... ), 10, 2 );
	}

	private function plan( int $user ): void {
		if ( '' === $this->settings->orchestrator_url() ) {
			return;
		}
		/**
		 * Filters whether the chat's data of a user is erased when he is deleted in WordPress.
		 *
		 * @since 0.1.0
		 *
		 * @param bool $erase True.
		 * @param int  $user
		 */
		if ( apply_filters( 'aiguy_erase_deleted_user', true, $user ) ) {
			wp_schedule_single_event( time(), self::HOOK, array( $user, 1 ) );
		}
	}

	/** A user of a network has a conversation in each of its sites. */
	private function plan_everywhere( int $user ): void {
		foreach ( get_blogs_of_user( $user ) as $site ) {
			switch_to_blog( (int) $site->userblog_id );
			$this->plan( $user );
			restore_current_blog();
		}
	}

	private function erase( int $user, int $try ): void {
		try {
			$again = $this->data->erase( $user, '' )->is_unfinished();
		} catch ( Api_Exception ) {
			$again = true;
		}
		if ( $again && $try < self::TRIES_MAX ) {
			wp_schedule_single_event( time() + min( $try, 12 ) * 5 * MINUTE_IN_SECONDS, self::HOOK, array( $user, $try + 1 ) );
		}
	}
}
