<?php
/**
 * aiguy/v1/admin/knowledge…: what the screen «Knowledge» reads and does.
 */

declare(strict_types=1);

namespace Aiguy\Knowledge;

use Aiguy\Rest\Api_Exception;
use Aiguy\Rest\Request_Guard;
use Aiguy\Settings\Agent;
use Aiguy\Settings\Agents;
use Aiguy\Staff\Capabilities;
use Aiguy\Staff\Staff_Client;
use Aiguy\Staff\Staff_Route;

final class Knowledge_Controller {

	/** The screen asks again and again; each answer comes soon. */
	private const BATCH_SECONDS = 4;
	private const IDS_MAX       = 100;
	private const QUESTION      = array( 'min' => 2, 'max' => 400 );

	private const ITEMS  = array(
		'state'  => array( 'type' => 'string', 'enum' => array( '', 'known', 'queued', 'forgetting', 'failed', 'empty', 'excluded' ), 'default' => '' ),
		'search' => array( 'type' => 'string', 'maxLength' => 200, 'default' => '' ),
		'page'   => array( 'type' => 'integer', 'minimum' => 1, 'maximum' => 999999, 'default' => 1 ),
	);
	private const CHANGE = array(
		'ids'    => array( 'type' => 'array', 'minItems' => 1, 'maxItems' => self::IDS_MAX, 'items' => array( 'type' => 'integer', 'minimum' => 1 ) ),
		'action' => array( 'type' => 'string', 'enum' => array( 'learn', 'exclude', 'include' ) ),
	);

	public function __construct(
		private readonly Staff_Route $route,
		private readonly Request_Guard $guard,
		private readonly Staff_Client $client,
		private readonly Choice $choice,
		private readonly Knowledge_Table $table,
		private readonly Whole_Site $site,
		private readonly Knowledge_Worker $worker,
		private readonly Knowledge_Schedule $schedule,
		private readonly Post_Watcher $watcher,
		private readonly Agents $agents,
	) {}

	public function add_hooks(): void {
		add_action( 'rest_api_init', $this->register( ... ) );
	}

	private function register(): void {
		$manage = Capabilities::MANAGE;
		$this->route->register( 'GET', '/knowledge', $manage, fn(): array => $this->state() );
		$this->route->register( 'GET', '/knowledge/collections', $manage, fn(): array => array( 'collections' => $this->collections() ) );
		$this->route->register( 'GET', '/knowledge/items', $manage, $this->items( ... ), self::ITEMS );
		$this->route->register( 'POST', '/knowledge/types', $manage, $this->choose( ... ), array( 'types' => array( 'type' => 'array', 'maxItems' => 100, 'items' => array( 'type' => 'string' ) ) ) );
		$this->route->register( 'POST', '/knowledge/learn', $manage, $this->learn( ... ) );
		$this->route->register( 'POST', '/knowledge/cancel', $manage, $this->cancel( ... ) );
		$this->route->register( 'POST', '/knowledge/work', $manage, $this->work( ... ) );
		$this->route->register( 'POST', '/knowledge/items', $manage, $this->change( ... ), self::CHANGE );
		$this->route->register( 'POST', '/knowledge/try', $manage, $this->try( ... ), array( 'question' => array( 'type' => 'string' ), 'agent' => array( 'type' => 'string' ) ) );
	}

	/** @return array<string, mixed> types, counts, import, problem. */
	private function state(): array {
		$types  = array();
		$chosen = $this->choice->types();
		foreach ( $this->choice->available() as $name => $label ) {
			$types[] = array( 'name' => $name, 'label' => $label, 'chosen' => in_array( $name, $chosen, true ), 'published' => (int) ( wp_count_posts( $name )->publish ?? 0 ) );
		}
		return array(
			'types'   => $types,
			'counts'  => $this->table->counts() + array( 'excluded' => count( $this->choice->excluded() ) ),
			'import'  => $this->site->progress(),
			'problem' => $this->table->last_problem(),
			'agents'  => array_map( static fn( Agent $agent ): array => array( 'id' => $agent->id, 'name' => $agent->name_text() ), $this->agents->all() ),
		);
	}

	/**
	 * The parts of the knowledge: a type of content each, what a filter has put elsewhere, and what was ingested on the server.
	 *
	 * @return list<array{name: string, label: string, documents: int}>
	 * @throws Api_Exception
	 */
	private function collections(): array {
		$parts = array( 'general' => array( 'name' => 'general', 'label' => __( 'Documents added on the server', 'aiguy' ), 'documents' => 0 ) );
		foreach ( array_intersect_key( $this->choice->available(), array_flip( $this->choice->types() ) ) as $type => $label ) {
			$name           = Document_Renderer::collection( $type );
			$parts[ $name ] = array( 'name' => $name, 'label' => $label, 'documents' => 0 );
		}
		$known = array();
		foreach ( (array) ( $this->client->call( 'knowledge:read', 'GET', '/staff/knowledge/documents' )['collections'] ?? array() ) as $one ) {
			$name           = (string) ( $one['name'] ?? '' );
			$known[ $name ] = array( 'documents' => (int) ( $one['documents'] ?? 0 ) ) + ( $parts[ $name ] ?? array( 'name' => $name, 'label' => $name ) );
		}
		// Types come first, in their order; without documents there is nothing on the server to choose.
		unset( $parts['general'] );
		return array_values( array_replace( $parts, $known ) );
	}

	/** @return array<string, mixed> items, total. */
	private function items( \WP_REST_Request $request ): array {
		list( $state, $search, $page ) = array( $request['state'], $request['search'], $request['page'] );
		$found = 'excluded' === $state ? $this->excluded( $search, $page ) : $this->table->page( $state, $search, $page );
		return array( 'items' => array_map( $this->item( ... ), $found['items'] ), 'total' => $found['total'] );
	}

	/** @return array{items: list<array<string, mixed>>, total: int} */
	private function excluded( string $search, int $page ): array {
		$ids = $this->choice->excluded();
		if ( array() === $ids ) {
			return array( 'items' => array(), 'total' => 0 );
		}
		$query = new \WP_Query( array( 'post_type' => 'any', 'post_status' => 'any', 'post__in' => $ids, 's' => $search, 'search_columns' => array( 'post_title' ), 'fields' => 'ids', 'posts_per_page' => 50, 'paged' => $page, 'orderby' => 'title', 'order' => 'ASC', 'ignore_sticky_posts' => true ) );
		return array( 'items' => array_map( static fn( int $id ): array => array( 'post_id' => $id, 'state' => 'excluded', 'error' => '', 'updated' => 0, 'due' => 0 ), $query->posts ), 'total' => $query->found_posts );
	}

	/**
	 * @param array<string, mixed> $row
	 * @return array<string, mixed>
	 */
	private function item( array $row ): array {
		$id   = (int) $row['post_id'];
		$post = get_post( $id );
		$type = $post instanceof \WP_Post ? get_post_type_object( $post->post_type ) : null;
		return array(
			'id'      => $id,
			'title'   => $post instanceof \WP_Post ? html_entity_decode( wp_strip_all_tags( get_the_title( $post ) ), ENT_QUOTES | ENT_HTML5, 'UTF-8' ) : '',
			'type'    => null === $type ? '' : $type->labels->singular_name,
			'state'   => $row['state'],
			'error'   => $row['error'],
			'updated' => 0 === (int) $row['updated'] ? null : gmdate( 'c', (int) $row['updated'] ),
			'due'     => 0 === (int) $row['due'] ? null : gmdate( 'c', (int) $row['due'] ),
			'url'     => $post instanceof \WP_Post && 'publish' === $post->post_status ? (string) get_permalink( $post ) : '',
			'edit'    => (string) get_edit_post_link( $id, 'raw' ),
		);
	}

	/**
	 * @return array<string, mixed>
	 * @throws Api_Exception
	 */
	private function choose( \WP_REST_Request $request ): array {
		$types = $this->guard->read_json( $request )['types'] ?? null;
		if ( ! is_array( $types ) || count( $types ) > 100 || $types !== array_filter( $types, is_string( ... ) ) || array() !== array_diff( $types, array_keys( $this->choice->available() ) ) ) {
			throw new Api_Exception( 'invalid_request' );
		}
		$this->choice->choose( $types );
		$this->schedule->compare();
		return $this->state();
	}

	/**
	 * @return array<string, mixed>
	 * @throws Api_Exception
	 */
	private function learn( \WP_REST_Request $request ): array {
		$this->guard->read_json( $request );
		$this->site->import();
		$this->schedule->soon();
		return $this->state();
	}

	/**
	 * @return array<string, mixed>
	 * @throws Api_Exception
	 */
	private function cancel( \WP_REST_Request $request ): array {
		$this->guard->read_json( $request );
		$this->site->cancel();
		return $this->state();
	}

	/**
	 * @return array<string, mixed> The state, with what this batch met.
	 * @throws Api_Exception
	 */
	private function work( \WP_REST_Request $request ): array {
		$this->guard->read_json( $request );
		return array( 'batch' => $this->worker->run( self::BATCH_SECONDS ) ) + $this->state();
	}

	/**
	 * @return array<string, mixed>
	 * @throws Api_Exception
	 */
	private function change( \WP_REST_Request $request ): array {
		$body = $this->guard->read_json( $request );
		$ids  = $body['ids'] ?? null;
		if ( ! is_array( $ids ) || array() === $ids || count( $ids ) > self::IDS_MAX || $ids !== array_filter( $ids, static fn( mixed $id ): bool => is_int( $id ) && $id > 0 ) || ! in_array( $body['action'] ?? null, array( 'learn', 'exclude', 'include' ), true ) ) {
			throw new Api_Exception( 'invalid_request' );
		}
		match ( $body['action'] ) {
			'exclude' => $this->choice->exclude( $ids ),
			'include' => $this->choice->include( $ids ),
			'learn'   => null,
		};
		array_walk( $ids, fn( int $id ) => $this->watcher->changed( $id ) );
		return $this->state();
	}

	/**
	 * @return array<string, mixed> KnowledgeTrial of manifests/protocol/http.json; each passage of ours with edit, where its item is changed.
	 * @throws Api_Exception
	 */
	private function try( \WP_REST_Request $request ): array {
		$asked    = $this->guard->read_json( $request );
		$question = $asked['question'] ?? null;
		$agent    = $asked['agent'] ?? '';
		$length   = is_string( $question ) ? mb_strlen( trim( $question ) ) : 0;
		if ( $length < self::QUESTION['min'] || $length > self::QUESTION['max'] || ! is_string( $agent ) ) {
			throw new Api_Exception( 'invalid_request' );
		}
		$trial = $this->client->call( 'knowledge:read', 'POST', '/staff/knowledge/try', array( 'question' => trim( $question ) ), array( 'agent' => $this->agents->claim( $agent ) ) );
		foreach ( $trial['finding']['passages'] ?? array() as $at => $passage ) {
			$id                                           = preg_match( '/\Apost-([1-9][0-9]*)\z/', (string) ( $passage['site_document'] ?? '' ), $match ) ? (int) $match[1] : 0;
			$trial['finding']['passages'][ $at ]['edit'] = 0 === $id ? '' : (string) get_edit_post_link( $id, 'raw' );
		}
		return $trial;
	}
}
