// AIGuy → Agents.
import { mountScreen } from '../mount';

mountScreen(() => <p />);
