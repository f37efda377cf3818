import { useElementSize } from '@mantine/hooks';
import { useId, type ReactNode } from 'react';
import classes from './Picture.module.css';

interface PictureProps {
  readonly title: string;
  readonly description: string;
  /** In pixels, always or at a width, which is that of the place. */
  readonly height: number | ((width: number) => number);
  readonly children: (width: number) => ReactNode;
}

/** A drawing as wide as its place, in pixels, so that letters and hairlines keep their size. */
export function Picture({ title, description, height: asked, children }: PictureProps) {
  const { ref, width } = useElementSize<HTMLDivElement>();
  const height = typeof asked === 'function' ? asked(width) : asked;
  const id = useId();
  return (
    <div ref={ref} className={classes.place} style={{ height }}>
      {width > 0 && (
        <svg
          role="img"
          aria-labelledby={`${id}-title ${id}-text`}
          width={width}
          height={height}
          className={classes.picture}
        >
          <title id={`${id}-title`}>{title}</title>
          <desc id={`${id}-text`}>{description}</desc>
          {children(width)}
        </svg>
      )}
    </div>
  );
}
