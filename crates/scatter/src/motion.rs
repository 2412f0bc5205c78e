//! Movement over time.

/// How long points and camera take to reach a new place, in ms.
pub(crate) const GLIDE: f64 = 450.0;

/// Frames of a running projection that follow one another within this many ms are one movement.
const STREAM: f64 = 600.0;

/// A movement under way. Times are those of `performance.now()`, in ms.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Motion {
    start: f64,
    duration: f64,
    even: bool,
}

impl Motion {
    /// A movement that starts and ends gently.
    pub fn gentle(start: f64) -> Self {
        Self {
            start,
            duration: GLIDE,
            even: false,
        }
    }

    /// A movement towards a frame that came `since` ms after the one before. When frames stream
    /// in, it lasts about as long as the next will take and runs at even speed, so that the whole
    /// looks continuous.
    pub fn towards_frame(start: f64, since: f64) -> Self {
        if since.is_finite() && (0.0..STREAM).contains(&since) {
            Self {
                start,
                duration: since.max(16.0),
                even: true,
            }
        } else {
            Self::gentle(start)
        }
    }

    /// How much of the way is done, 0 to 1.
    pub fn progress(&self, now: f64) -> f64 {
        let t = ((now - self.start) / self.duration).clamp(0.0, 1.0);
        if self.even {
            t
        } else {
            // Smoothstep: starts and ends at rest.
            t * t * (3.0 - 2.0 * t)
        }
    }

    /// Whether it has arrived.
    pub fn is_over(&self, now: f64) -> bool {
        now - self.start >= self.duration
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn movements_begin_at_zero_and_end_at_one() {
        for motion in [
            Motion::gentle(100.0),
            Motion::towards_frame(100.0, 50.0),
            Motion::towards_frame(100.0, f64::INFINITY),
            Motion::towards_frame(100.0, 0.0),
        ] {
            assert_eq!(motion.progress(90.0), 0.0);
            assert_eq!(motion.progress(100.0), 0.0);
            assert_eq!(motion.progress(1e6), 1.0);
            assert!(!motion.is_over(100.0));
            assert!(motion.is_over(600.0));
            let steps: Vec<f64> = (0..=50)
                .map(|i| motion.progress(100.0 + f64::from(i) * 10.0))
                .collect();
            assert!(steps.windows(2).all(|pair| pair[0] <= pair[1]));
        }
    }

    #[test]
    fn streamed_frames_move_evenly_until_the_next_is_due() {
        let motion = Motion::towards_frame(0.0, 80.0);
        assert!((motion.progress(40.0) - 0.5).abs() < 1e-12);
        assert!(motion.is_over(80.0));
        assert!(!Motion::towards_frame(0.0, 5000.0).is_over(300.0));
    }
}
