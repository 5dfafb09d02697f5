/** Platforms that images are made for; the first one leaves it to the engine. */
export const platforms = [
  { value: '', label: 'Engine’s own' },
  ...['linux/amd64', 'linux/arm64', 'linux/arm/v7', 'linux/s390x', 'linux/ppc64le'].map(
    (value) => ({ value, label: value }),
  ),
];
