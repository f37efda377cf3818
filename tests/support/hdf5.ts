import { inflateSync } from 'node:zlib';

/**
 * Files written by h5py 3.7 (HDF5 1.10), deflated. Both have the groups `dense/vars` with `kernel` (F32 0 to 5, 2 × 3) and `bias`
 * (F16 0 to 2).
 */

/** Also `steps` (I64 7), `cut` (I16 0 to 7 in two chunks), `packed` (gzip), `big` (big-endian) and links: hard, soft and round in a circle. */
export const olderHdf5: Uint8Array = inflate(
  'eNrtWr9v00AUvjvbiZMSNR3aVCwExNCJdOyAVFdqkCeIgKETiklcQI2aqAmoGxndjZExU9UJdUJM7PwXjIyMbMXnu7N9F/9CVSG075Oi8zs/3z' +
    'nP37377uwTe/dRrXq7iihME+mojuK44PjVkm1xvstLzEuPl2dE1GNED9d5/QpvX/V7/rTdpt4XCkQ/3w1WyncHuCmw2zsdWp5zuyPqW1fbbxp/' +
    'bY3Zr41i/P1RYaUJj/JG83cPyXnMM2S/d87ROJ5P7Uv2++zxk13ss26T201Nztcqjzd4/daD7HbFeDhrZPuZBfu1C84nTW7/vJfd75Yyf/HLka' +
    'X4iefwcS0/D+CEPNApM3tUKZYHrFuQByAPRHlA8OlDRfY7cI8O3QFCL984Uj6wLpUHcMi7jbI8zlQeA9LygMFihoXNMiYmrELkGZ7e5mzNf+LU' +
    'c6V5x9faLKM1TNR4z88b/hOi5wlhDZqcIRr2ajJjBI7/aTwYr0g0n60Wmw82l4BL85husyFu+b+p/5vR4f4QWeUY/3SfI8TnUQmV0fGLXtcy6C' +
    'wWkGV7CiEEAAAAAOC/1pVM52GMFf2o6shlrjHrqGqg6nKujpxxHVlS7sBb8HiY0npF45qnbgpNaeX879Na8sp7dq3WHbqy7tAT4kViOx9hvDQk' +
    'x4toX9ajpkjU5GJoTLrPQtcd6j5L3r7KpxQWEMX+XEs+T1L8AQAAAAAAAACLqqNLmTpaV3SznqajwybMRB29hJrBAY6tX+j7l767P3AmbtheTG' +
    '+j+1FXenSHe39BR8+/r8zbnv+q6GM1ThioBgAAAAAAAHDNdHT2+wp1nzR8X3H3T797+ZayY+stZFz67uHY9cvxxB3RD7d6bydB/cjpHbh9+j3X' +
    'q8B2BuzDrvFwP3Bo8QsHw+Eorp+7V3SfvwEzZ7zg',
);

/** Superblock 3 and headers of version 2; also `inside` (U8 9 8 7 6 in the object header) and `many`, whose links are in a heap. */
export const newerHdf5: Uint8Array = inflate(
  'eNrtWF9IU1EY/87dvXd3K9mmW/MfphYSIqZlZRAYMm97EFtOIiqShUvGcoWLMIQa7akgCnywJ5FI6SEqqIci8kUSIp/qpQepIIqKsl7qTerc86' +
    '9tRaho6Ti/7ex897fvnvOd7/vO2e53IRgwC5ylTpthAMcPhooyet3A+O8nIb43GOhUKk/MKPHMNqAUZt7I4VQAAehuwJ3WE00ko5NsKN1jcXos' +
    'kYz1RJHKSJdFqn2RxJkqjSmWw1/hT895FmMSnel0pD+5H7Gh2mBp8H5k6upiTKIeiUf7E9HjH1CWR47GIslvCmRHYwEoGTtfS0xCgNBGAEVBiA' +
    '9nY33utc0LyFO5HmhsKsFvgP8cljRsrc1p4JWoCFjOFPOJRmHF4+Op50+EL7x43Qgh2x/X7mI+cYNTA6crZ+3FbO06H/gOrDoUhCKfiS+qclNV' +
    'Fb5hexN4b1sLCG9ooBlqUJ84rNNDxS+HYddhCvIEl98cHCT+qcv1zz2lmnrDwVRni2if8tJ+nPV0c2Oc/f/LGUqVxxZxMsGB5TPp9djMBmnSfE' +
    'xa1sxIteCP3fiNWwq3Udxgl8VISEhISEhI5B/kny9p0lKZZIbDbTDNHnxQPYJnllBz/9XEKs3EvNtaZmcwBHZS7XHDb/W+elZ14iEUNSEleyTH' +
    'PGdUM+5ErIyEoKKEc9ODdQ9bu4IB0Cy9NZjp2VTh43PwWZrH34WJlm5puaiWP1frWtmxtBnGWsBXgSC7/2VVCAawJfyb9kLKl0J2X566tLm1q9' +
    '0Erfv2cBPEMOWDx1dmTRgi4idXfwc8IqLvxdsOuEHEW31VSegi4sTdI0ny2O+Djrmnaagl4pfa7knwEbFoYN9LaCHinsadN+WP0YoDib+o8LGw' +
    'iYSiARUpTiPJa4gsCXjZjOUPL2uzvBBD05Sy80uaS6IiT7PscHBkWIbkn8IMBlpFac9CdSx+XZREQelt+MoiilQkyMa0zklxgvZuWWfnpCi592' +
    '7lxzBSVUE2DQlSE+S2Gg8ndUFufyBIuyB3XCzkpCHI5kNFMpoLx0+xbNqE',
);

/**
 * Written by h5py 3.16 with `libver='latest'` (HDF5 2.0): `w0` to `w8` (I8 i and i + 1) by links in a heap, and I16 numbers from 0 on in
 * chunks that are one (`one`, 3 × 4), in an array (`fixed`, 5 × 7 in 3 × 4), side by side (`implicit`) and in a tree (`tree`, both 4 × 4 in 2 × 2).
 */
export const latestHdf5: Uint8Array = inflate(
  'eNrtWl1IVEEUPjP33vV6XXVdU1czTdtCilDLNKICt+2yhpC4YpJQhj+09OMihkKEvUWCPfQDQhZJP1gPQSXZD6QUvpiB0EM+RJJKUWHSS0QaNnd2xq' +
    's3JWkp2uV+sMw5Z+bOz7fn7Dmzu6c9bjVaSVEEWQaOGQbsDOg5zJ596pJ/t8ddiqFZwYAAsF0zF0cEup3xbFwF/DU4Pauv0S0gQGgZ2QFCCLM+3gpW' +
    'QDZyGkQ1GSSyV0GRyV4FBPL8sfAAQhaj+e0Hg+EChxEX+xouTAfDhRhGXLQoEygYLixhxMVE+rHhYLiQw4iLovGe8mC4UMKIi6o1ljq10O0CeMOy11' +
    'p2Ohdr97K2gbWoaniP6vXuhF0szaF8BAOa8KTsRwe1qKWeEoigDNngl2yaH+B09nkwcs8QvcQjiHOeDEy9krQ4k9tGest71EKPm7yNishsU5ZA+3Ck' +
    '8j5/FGEsCKIoSRZLRIQsR2qzYRDI/BJYyHFkiAQFooDbuSUGYskx49g4ICOsdO92iAfiXZAAiZAEDkiFFZAG6bP7ToYUWE53mwGZ806E6FzaGnxdbU' +
    'ZtbW2t3/ebMGHChAkTJpaGYApCaxgVhAc6zzuD4SImnC7TBXcGg+HCFkZcNHs/D7rKSBWtFZ60Cq7J6ojnlTqv1ce/r1NVr1Zr8yofwfxWr9pLoJnU' +
    'vrxnPbt+pMD89tzFr7GusmIVJH/dSzsU0eV8nitpsJWKddMtq6CViDHw8VtLITwmYixYc1O9tKiOBtx2vR7Kqfiub0sHVFPx9vaZy9BFxHgYmjzbSY' +
    'p0zbojM7MP2oloA290+yBkU2tXv+M9+Kl4Zv/JD3CCigNftuWYH5v/9rPZSWKJBKGg3/wCMWjUWUwG4s4WiMkoOY6MIJcmJIgY2fm3vDdDiAd/TV6q' +
    'kQuJ9bHwAaO+CBd2nQtB4Vd/GhAhAkvW8R7KRUZ5t3Bo7kvnRjT4hbgUP4kkfoIoN5igNRT95FPMGDb6ifHsMwYs4idJzE8IFZL2m0FN1utkNsPVkO' +
    'Ci7Vl3K81birZ9B81bOIVzwdlocFRO0Syj3JIXnueuwc7z2SN54fz2VF44/93oVyrAhAkTJkyYMPGfQPW4XbP/4dDQ//bFKALclHNvNofjptxepCsb' +
    'nmNd2fhK0JW8MVFXNk1KupLPfxPTlAJrnK5sdti5ItQfre1I4JpU52uurelK5LrsO+I/7Kv2NXYncZPY2FBbO+Qw38U/x099jNP/',
);

/**
 * Written likewise, of datasets that grow along one axis: `grows` (I16 0 to 59 in chunks of 2), `wide` (I16 0 to 23, 4 × 6 in 2 × 2, growing
 * to the right), `never` (without a chunk), and in chunks of one byte `sparse` (600,000, of which 0, 5, 1,000 and 599,999 are written, with
 * the remainders by 250 plus 1) and, of fixed size, `pages` (5,000, of which 3 and 4,999 are written, with the remainders).
 */
export const growingHdf5: Uint8Array = inflate(
  'eNrt3W9sE3Ucx/HvXa/brSvSjo1tCKzqFBBUNlEnkrhiN0tqnEFMiMxkS6jDxMCyGVkUzR7sQU18oIYY8QFRYogiwwfERDAREv8QE3zCIyMRE58oJi' +
    'YYjQKa4O963yttydCQ6Tj2fj35rNdeftff/e5797s23UvZTO+c2IJYxHUlcEH9sNoqPl6pywcncr/0ZTPrbRmzG8pfGIjZYtZIJEQK86Ri1Zq5Yp5y' +
    'tj+1Of+to4uS3qKa0eHBkdG8JHRhwlsYHR4cyo9uSOrKF7dMTu26/1hxEyyxrEYR27KsNVWbHYmLlTDr2MWlCYmarYrUu00ijm1WsG0n5TiJ2BFL1/' +
    'tQwsn9fLyzJ53NmL9STsKJVT9va+7XN7pYH6/SrNUXvHjiQEtPet1akVKXaI87msHYiGt2RPw8Fqns+WvdRLa1viedKe8pb4RprzRqtmgu1Exptmsu' +
    '1VyhuVJzlWaX5hrNbs2MZlbzIc2HDy7/onKrvKPuEX12g+ZGzX7NAc3Nmls0n9Yc1nzGDec+Xpba82apUrSbo8GUCieoRprOv6sc84uVI2Iqh5aO01' +
    'Fd8Z1wVIq3t7rfXK5SBIP59ar+adTs0AXrd321yK8UQQ+M6eh4RXNc8w3NTbWzq0IEvmx78qh/TJbGilHQXnlrho6ps18PnZJLd74Z2+ZQiJrdXmsq' +
    'f53EpF7iMkeuk7nmIEhKg8wzQ6FJ5kuztEirLJDrZaEsMieUNknJDXKj3CTtcrPcIktkqSyTW2W5rJDb5Ha5w5SiDumUO81J5y65W+6RLrlXVst9xX' +
    'a99ry2vTa99oN2vfa8tr02vfa9dq0a63zknAAAgGlQPZk+uqTu0kvi0iWiWz2ZNtfUxSvieDLkk+kdmw7vLL9EDibPx3WOoDNdOTHhZ9BPO/XGxUd6' +
    'w+OPT/f9Vd2nwc2QIKfo02SpTyOxgQZt71CIx1bnlv62Xr9PY8F7H9/t54+549uq+2mjLVcy9oKXh3bsvfbrC7m+B7I5vfk1NLJt++hBqbghtjX/bH' +
    '5khw6Kwt7fJv1pWHDYvfsPE4rvG69swjHWNL0Tlc9a/9+Jz7knos3+NKxUoMpaf2+GpmGfFL472ZN+tGyrzlhTb8UB3QeTfSezle9lODL7JtZAmOz7' +
    'j2tM//nHzlbVkgu1F0td98yc0a62vfD44tl5GxKYCR/s+f3jymuVM2118ufLAz8z4wYAAAAAAAAAAAAA4NrA9yMAAAAAAAAAAAAAAJfzvsvny2Fgv9' +
    'r9E9+CAAAAAAAAAAAAAAAAAAAAAAAAAAAAAADg6tGbzqwVGWjwHxUedE53TfWzAfv5eQcAAAAAAAAAAAAAAEIjPp5r5osRAAAAAAAAAAAAAAAAAAAA' +
    'AAAAAAAAAAAAAAAAAAAAAAAAAABML/4jAgAAAAAAAAAAAIBJ1//88Lnnd9f9Dd4JF9A=',
);

function inflate(text: string): Uint8Array {
  return new Uint8Array(inflateSync(Buffer.from(text, 'base64')));
}
