import { loadBackend } from '../backend.ts';
import { describeConformance } from './conformance.test-helper.ts';

beforeAll(() => loadBackend('cpu'));

describeConformance('cpu');
