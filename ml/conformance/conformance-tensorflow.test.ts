import { loadBackend } from '../backend.ts';
import { describeConformance } from './conformance.test-helper.ts';

beforeAll(() => loadBackend('tensorflow'));

describeConformance('tensorflow');
