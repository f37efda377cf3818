export { ways } from '../kernels/trellis.as';
