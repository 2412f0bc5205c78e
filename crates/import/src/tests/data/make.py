# Makes the other files here with openpyxl, pandas (odfpy) and NumPy: python make.py .
import datetime, sys, numpy as np, openpyxl, pandas as pd
out=sys.argv[1]
wb=openpyxl.Workbook(); ws=wb.active; ws.title='Answers'
ws.append(['id','answer','when','score','ok'])
ws.append([1003,'The open-plan office, it is "loud".',datetime.datetime(2021,3,12,10,3),0.1,True])
ws.append([1004,'Two\nlines',datetime.date(2021,3,13),1/3,False])
ws.append([None,None,None,None,None])
ws.append([1005,'日本語 _x0041_ & <tag>',datetime.time(9,5),12345678901,None])
ws['F7']='far out'
ws['A9']='=1/0'
s2=wb.create_sheet('Other'); s2.append(['a','b']); s2.append([1,2])
h=wb.create_sheet('Hidden'); h.sheet_state='hidden'
wb.save(out+'/openpyxl.xlsx')
df=pd.DataFrame({'id':[1003,1004],'answer':['The open-plan office, it is "loud".','Two  spaces\nand lines'],'when':[datetime.date(2021,3,12)]*2,'score':[0.1,2.5]})
df.to_excel(out+'/pandas.ods',engine='odf',index=False,sheet_name='Answers')
df.to_csv(out+'/pandas.csv',index=False)
df.drop(columns='when').to_json(out+'/pandas.json')
np.save(out+'/float64.npy',np.array([[1.5,-2],[3,4],[5,6]]))
np.savez_compressed(out+'/pair.npz',vectors=np.array([[1.5,-2],[3,4]],np.float32),texts=np.array(['cat','日本']),n=np.array([7,8]),other=np.zeros((5,)))
