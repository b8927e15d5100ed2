// `wp aiguy sync` and what `wp aiguy status` says of the knowledge; WP-CLI and the agent are played, all between is real.
import assert from 'node:assert/strict';
import { after, before, beforeEach, test } from 'node:test';
import { cliDouble, runInside } from './inside.ts';
import { type KnowledgeSite, reply, startKnowledgeSite } from './knowledge-site.ts';

let site: KnowledgeSite;

before(async () => {
  site = await startKnowledgeSite();
});
after(async () => await site?.stop());
beforeEach(async () => await site.settle());

/** @param options as WP-CLI gives them to a command, in PHP */
const sync = async (options = '') => await runInside(site.site, `WP_CLI::run_command(array('aiguy', 'sync'), array(${options}));`, cliDouble);
const status = async () => {
  const said = await runInside(site.site, "WP_CLI::run_command(array('aiguy', 'status'));", cliDouble);
  return said.split('\n').find((line) => line.includes('  knowledge')) ?? '';
};
/** Without the questions that the status asks. */
const taught = () => site.told.filter(({ method }) => method !== 'GET');
/** The queue of a site that has taught nothing yet. */
const forgetAll = () =>
  site.site.evaluate("$wpdb->query( 'DELETE FROM ' . $wpdb->prefix . 'aiguy_knowledge' ); delete_option( 'aiguy_knowledge_import' );");

test('on a site that has taught nothing yet, the command teaches everything to the end, with its progress, and a second time has nothing to do', async () => {
  const id = site.insert("'post_title' => 'Tuning at home'");
  forgetAll();
  assert.match(await status(), /✔ {2}knowledge +0 known, 0 waiting, 0 failed, last update never/);
  const would = Number(/It would learn (\d+) and forget 0; 0 wait already/.exec(await sync("'dry-run' => true"))?.[1]);
  assert.ok(would > 0);
  assert.deepEqual(taught(), []);

  const said = await sync();
  assert.match(said, new RegExp(`${would}/${would}\\n(Warning: .*\\n)*(Success|Error): \\d+ known, 0 waiting, \\d+ failed`));
  assert.ok(site.known.has(id));
  assert.equal(site.site.evaluate("echo wp_json_encode( get_option( 'aiguy_knowledge_import' )['total'] ?? null );"), String(would));
  assert.match(await status(), /✔ {2}knowledge +[1-9]\d* known, 0 waiting, \d+ failed, last update 2\d{3}-\d\d-\d\d \d\d:\d\d UTC/);

  site.told = [];
  assert.match(await sync(), /^(Warning: .*\n)*Success: /);
  assert.deepEqual(taught(), []);
  await sync("'all' => true");
  assert.ok(taught().some((one) => one.id === id && one.method === 'PUT'));
});

test('pages without any text, such as a shop’s cart, are no failure: the command says how many have nothing to learn, and a second time is quiet, too', async () => {
  forgetAll();
  const cart = "'post_content' => '<!-- wp:woocommerce/cart --><div class=\"wp-block-woocommerce-cart\"></div><!-- /wp:woocommerce/cart -->'";
  const ids = [site.insert(`'post_title' => 'Cart', ${cart}`), site.insert("'post_title' => 'Checkout', 'post_content' => ''")];
  const nothing = /(\d+) with nothing to learn\./;
  const said = await sync();
  assert.match(said, /Success: [1-9]\d* known, 0 waiting, 0 failed, /);
  assert.doesNotMatch(said, /Warning/);
  assert.ok(Number(nothing.exec(said)?.[1]) >= ids.length);
  assert.deepEqual(
    ids.map((id) => [site.row(id)?.state, site.known.has(id)]),
    [
      ['empty', false],
      ['empty', false],
    ],
  );
  site.told = [];
  assert.equal(nothing.exec(await sync())?.[1], nothing.exec(said)?.[1]);
  assert.deepEqual(taught(), []);
});

test('what the hooks have missed is learnt and forgotten, and what had been put off is tried at once', async () => {
  const [gone, late] = [site.insert(), site.insert()];
  await site.work();
  site.site.evaluate(`$wpdb->update( $wpdb->posts, array( 'post_status' => 'draft' ), array( 'ID' => ${gone} ) );`);
  site.update(late, "'post_content' => 'A tuning costs 99 dollars.'");
  site.site.evaluate(
    `$wpdb->update( $wpdb->prefix . 'aiguy_knowledge', array( 'tried' => 2, 'due' => time() + 3000 ), array( 'post_id' => ${late} ) );`,
  );
  site.told = [];
  await sync();
  assert.deepEqual(
    taught().toSorted((a, b) => a.id - b.id),
    [
      { method: 'DELETE', id: gone },
      { method: 'PUT', id: late },
    ],
  );
});

test('a page that is refused is named and ends the command as failed; with an agent that can’t be reached it stops, says why, and leaves the rest to WP-Cron', async () => {
  const id = site.insert("'post_title' => 'Refused page'");
  site.upstream.answer = (request, response) =>
    request.url.endsWith(`post-${id}`)
      ? reply(response, 400, { code: 'invalid_request', message: 'No.', requestId: 'r' })
      : site.answer(request, response);
  const refused = await sync();
  assert.match(refused, new RegExp(`Warning: Refused page \\(${id}\\): `));
  assert.match(refused, /Error: \d+ known, 0 waiting, [1-9]\d* failed, \d+ with nothing to learn\. The warnings say/);

  const waiting = site.insert("'post_title' => 'Waiting page'");
  site.upstream.answer = (_request, response) => reply(response, 503, { code: 'tool_unavailable', message: 'No.', requestId: 'r' });
  assert.match(await sync(), /Error: \d+ known, 1 waiting, \d+ failed, \d+ with nothing to learn\. The agent could not be reached/);
  assert.match(await status(), /✖ {2}knowledge .*1 waiting.*The agent could not be reached/);
  assert.equal(site.row(waiting)?.state, 'queued');
  assert.notEqual(site.site.evaluate("echo (int) wp_next_scheduled( 'aiguy_knowledge_work' );"), '0');
});
