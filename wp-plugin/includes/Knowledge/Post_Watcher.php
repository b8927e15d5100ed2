<?php
/**
 * Notices when an item is published, changed, hidden or deleted. It only queues: whoever saves never waits for the agent.
 */

declare(strict_types=1);

namespace Aiguy\Knowledge;

final class Post_Watcher {

	public function __construct( private readonly Knowledge_Table $table, private readonly Eligibility $eligibility, private readonly Knowledge_Schedule $schedule ) {}

	public function add_hooks(): void {
		add_action( 'wp_after_insert_post', $this->changed( ... ), 10, 2 );
		add_action( 'before_delete_post', $this->deleted( ... ) );
	}

	/** Also after something about it has changed that is kept elsewhere, such as being left out. */
	public function changed( int $id, ?\WP_Post $post = null ): void {
		$post ??= get_post( $id );
		if ( ! $post instanceof \WP_Post || false !== wp_is_post_revision( $post ) || false !== wp_is_post_autosave( $post ) ) {
			return;
		}
		if ( $this->eligibility->may_learn( $post ) ) {
			$this->table->queue( array( $id ) );
			$this->schedule->soon();
			return;
		}
		$this->deleted( $id );
	}

	private function deleted( int $id ): void {
		if ( array() !== $this->table->states( array( $id ) ) ) {
			$this->table->forget( array( $id ) );
			$this->schedule->soon();
		}
	}
}
