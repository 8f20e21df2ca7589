// Package importing takes in files: materials, products, recipes and opening stock, from CSV files and workbooks.
//
// A file is kept, its columns are given a meaning, and all its rows are tried, which leaves nothing behind. Then a job takes them in, with the
// rules of the domains that they belong to, in the name of the person who started it: a row that names something names it by its SKU or
// name, in the person's organization. What each row did is kept until the next import, so that the latest can be undone.
//
// Either all rows are taken in or none, in one transaction; or those with nothing wrong, in transactions of a few hundred rows. One
// transaction of many rows keeps every other change of a SQLite database waiting: of 50,000 materials for some seconds, which is
// bearable once in a while and the price of "all or nothing" being true at every moment, to every reader. To write the rows in parts and
// take them back on a failure would be shorter waits, and a database in between that nobody asked for, with changes in it that others
// may have built on. So that it stays bearable, and within what a job may take, a kind whose rows are dear says how many it takes at
// once (Kind.Whole); what is more is imported row by row.
//
// Recipes are taken in together in either case (recipes.go): what one may contain depends on the others of the file.
package importing
