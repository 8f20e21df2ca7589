package main

import (
	"slices"
	"sync"
	"time"
)

// measured are the durations of one operation, sorted, and how long all of them took together.
type measured struct {
	each []time.Duration
	took time.Duration
}

func (m measured) at(percent int) time.Duration {
	if len(m.each) == 0 {
		return 0
	}
	return m.each[min(len(m.each)*percent/100, len(m.each)-1)]
}

func (m measured) perSecond() float64 { return float64(len(m.each)) / m.took.Seconds() }

// load runs an operation again and again, by several workers at once, for a time, after a tenth of it that does not count.
func load(workers int, each time.Duration, operation func() error) (measured, error) {
	endless := func() (bool, error) { return true, operation() }
	return until(workers, each/10, each, endless)
}

// until is load for an operation that says when there is no more.
func until(workers int, warmUp, each time.Duration, operation func() (more bool, err error)) (measured, error) {
	warm := time.Now().Add(warmUp)
	end := warm.Add(each)
	var mu sync.Mutex
	var all measured
	var failed error
	var group sync.WaitGroup
	for range workers {
		group.Go(func() {
			durations, err := work(warm, end, operation)
			mu.Lock()
			defer mu.Unlock()
			all.each = append(all.each, durations...)
			if err != nil {
				failed = err
			}
		})
	}
	group.Wait()
	all.took = min(time.Since(warm), each)
	slices.Sort(all.each)
	return all, failed
}

func work(warm, end time.Time, operation func() (bool, error)) (durations []time.Duration, err error) {
	for {
		begin := time.Now()
		if begin.After(end) {
			return durations, nil
		}
		more, err := operation()
		if err != nil || !more {
			return durations, err
		}
		if !begin.Before(warm) {
			durations = append(durations, time.Since(begin))
		}
	}
}

// add joins another measurement of the same operation.
func (m *measured) add(n measured) {
	m.each = append(m.each, n.each...)
	slices.Sort(m.each)
	m.took += n.took
}
