<?php
/**
 * An item whose turn it is. State and number of attempts tell whether it is still the one that was begun.
 */

declare(strict_types=1);

namespace Aiguy\Knowledge;

final class Knowledge_Row {

	/** @param 'queued'|'forgetting' $state */
	public function __construct( public readonly int $id, public readonly string $state, public readonly string $hash, public readonly int $tried, public readonly string $error ) {}
}
