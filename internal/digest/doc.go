// Package digest mails members what expires and what is low, in the morning, if they chose that.
//
// A sweep outside any organization looks now and then where a morning has come (LeaveMornings), and leaves one job for each such
// organization. The job (Send) mails each member in a transaction of their own, with the right that they have then: who may not read
// the stock any more, left, or is kept out, is not mailed. What a member was told, and that they were, is written together, so the job
// may be cut short and run again, or twice at once: nobody gets two mails for one morning.
//
// Days are those of the organization's time zone: a morning is six o'clock there, whatever the clocks did in the night.
package digest
