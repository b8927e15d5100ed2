<?php
/**
 * Leaves single items out where they are edited: a box beside the editor, a column and bulk actions in the lists.
 */

declare(strict_types=1);

namespace Aiguy\Knowledge;

use Aiguy\Staff\Capabilities;

final class Exclude_Controls {

	private const NONCE = 'aiguy_knowledge_box';
	private const FIELD = 'aiguy_knowledge_exclude';

	/** @var array<int, string>|null States of the items of the list that is shown. */
	private ?array $states = null;

	public function __construct( private readonly Choice $choice, private readonly Knowledge_Table $table, private readonly Post_Watcher $watcher ) {}

	public function add_hooks(): void {
		add_action( 'add_meta_boxes', $this->add_box( ... ) );
		add_action( 'save_post', $this->save( ... ) );
		add_action( 'deleted_post', fn( int $id ) => $this->choice->is_excluded( $id ) && $this->choice->include( array( $id ) ) );
		add_action( 'admin_init', $this->add_to_lists( ... ) );
	}

	private function add_box(): void {
		if ( current_user_can( Capabilities::MANAGE ) ) {
			add_meta_box( 'aiguy-knowledge', __( 'AIGuy', 'aiguy' ), $this->render_box( ... ), $this->choice->types(), 'side', 'low' );
		}
	}

	private function render_box( \WP_Post $post ): void {
		wp_nonce_field( self::NONCE . $post->ID, self::NONCE );
		printf(
			'<label><input type="checkbox" name="%s" value="1" %s> %s</label><p class="description">%s</p>',
			esc_attr( self::FIELD ),
			checked( $this->choice->is_excluded( $post->ID ), true, false ),
			esc_html__( 'Don’t answer from this page', 'aiguy' ),
			esc_html( $this->words( $post->ID ) )
		);
	}

	private function save( int $id ): void {
		$nonce = isset( $_POST[ self::NONCE ] ) && is_string( $_POST[ self::NONCE ] ) ? sanitize_text_field( wp_unslash( $_POST[ self::NONCE ] ) ) : '';
		// For this item alone: other plugins save further ones in the same request.
		if ( ! wp_verify_nonce( $nonce, self::NONCE . $id ) || ! current_user_can( Capabilities::MANAGE ) || false !== wp_is_post_revision( $id ) || ( defined( 'DOING_AUTOSAVE' ) && DOING_AUTOSAVE ) ) {
			return;
		}
		// What is to happen with it is decided after the item is saved as a whole.
		isset( $_POST[ self::FIELD ] ) ? $this->choice->exclude( array( $id ) ) : $this->choice->include( array( $id ) );
	}

	private function add_to_lists(): void {
		if ( ! current_user_can( Capabilities::MANAGE ) ) {
			return;
		}
		foreach ( $this->choice->types() as $type ) {
			add_filter( "manage_{$type}_posts_columns", static fn( array $columns ): array => $columns + array( 'aiguy' => __( 'AIGuy', 'aiguy' ) ) );
			add_action( "manage_{$type}_posts_custom_column", $this->render_column( ... ), 10, 2 );
			add_filter( "bulk_actions-edit-$type", static fn( array $actions ): array => $actions + array( 'aiguy_exclude' => __( 'Leave out of AIGuy’s answers', 'aiguy' ), 'aiguy_include' => __( 'Let AIGuy answer from it', 'aiguy' ) ) );
			add_filter( "handle_bulk_actions-edit-$type", $this->handle( ... ), 10, 3 );
		}
	}

	private function render_column( string $column, int $id ): void {
		if ( 'aiguy' === $column ) {
			echo esc_html( $this->words( $id ) );
		}
	}

	/**
	 * WordPress has checked the nonce of the list.
	 *
	 * @param list<int|string> $ids
	 */
	private function handle( string $back, string $action, array $ids ): string {
		$ids = array_values( array_filter( array_map( absint( ... ), $ids ) ) );
		if ( 'aiguy_exclude' === $action ) {
			$this->choice->exclude( $ids );
		} elseif ( 'aiguy_include' === $action ) {
			$this->choice->include( $ids );
		} else {
			return $back;
		}
		array_walk( $ids, fn( int $id ) => $this->watcher->changed( $id ) );
		return $back;
	}

	private function words( int $id ): string {
		if ( $this->choice->is_excluded( $id ) ) {
			return __( 'Left out', 'aiguy' );
		}
		if ( null === $this->states || ! array_key_exists( $id, $this->states ) ) {
			$shown        = array_map( static fn( mixed $post ): int => $post instanceof \WP_Post ? $post->ID : (int) $post, (array) ( $GLOBALS['wp_query']->posts ?? array() ) );
			$this->states = $this->table->states( array_values( array_unique( array( $id, ...$shown ) ) ) ) + array( $id => '' );
		}
		return match ( $this->states[ $id ] ) {
			'known'      => __( 'Known', 'aiguy' ),
			'queued'     => __( 'Will be learnt', 'aiguy' ),
			'forgetting' => __( 'Will be forgotten', 'aiguy' ),
			'failed'     => __( 'Could not be learnt', 'aiguy' ),
			'empty'      => __( 'No text to learn', 'aiguy' ),
			default      => __( 'Not known', 'aiguy' ),
		};
	}
}
